import Foundation

extension Executor {
  /// In what convolutions and matrix products compute; weights, batch norm and losses stay float32.
  public enum Precision: String, Sendable, CaseIterable {
    case float32, bfloat16

    /// bfloat16 where the processor multiplies it natively, else float32.
    public static let fastest: Precision = processorMultipliesBFloat16 ? .bfloat16 : .float32
  }
}

/// Whether the processor has AVX512-BF16 or AMX (x86), or the BF16 extension (ARM under Linux).
///
/// macOS stays with float32, for which its libtorch has the faster matrix unit.
private let processorMultipliesBFloat16: Bool = {
  guard let text = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8) else {
    return false
  }
  let line = text.split(separator: "\n").first { $0.hasPrefix("flags") || $0.hasPrefix("Features") }
  let flags = Set(line?.split(whereSeparator: { " :\t".contains($0) }) ?? [])
  return !flags.isDisjoint(with: ["avx512_bf16", "amx_bf16", "bf16"])
}()

import CSignetKernels
import Foundation

/// The kernels of one instruction set.
///
/// Unchecked only because C function pointers are; the table never changes.
public struct Kernels: @unchecked Sendable {
  /// The instruction sets that kernels are written for.
  public enum InstructionSet: String, Sendable, CaseIterable {
    /// Plain C, ARM's NEON, and x86's AVX2 with FMA and AVX-512.
    case reference, neon, avx2, avx512
  }

  /// Which instruction set they are written for.
  public let instructionSet: InstructionSet
  let table: signet_solver_kernels

  init?(_ instructionSet: InstructionSet) {
    let isa: signet_solver_set =
      switch instructionSet {
      case .reference: SIGNET_SOLVER_REFERENCE
      case .neon: SIGNET_SOLVER_NEON
      case .avx2: SIGNET_SOLVER_AVX2
      case .avx512: SIGNET_SOLVER_AVX512
      }
    guard let table = signet_solver_kernels_of(isa) else { return nil }
    self.instructionSet = instructionSet
    self.table = table.pointee
  }

  /// The instruction sets this processor runs, slowest first.
  public static var available: [InstructionSet] {
    InstructionSet.allCases.filter { Kernels($0) != nil }
  }

  /// The fastest kernels of this processor, or those that the environment variable
  /// `SIGNET_KERNELS` names.
  ///
  /// - Throws: ``HashingError/kernelsUnavailable(name:available:)``.
  public static func chosen(
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws(HashingError) -> Kernels {
    // What follows a colon says how the runtime looks up.
    let words = (environment["SIGNET_KERNELS"] ?? "").split(
      separator: ":", omittingEmptySubsequences: false)
    var name = words.first.map(String.init) ?? ""
    if name.isEmpty { name = available.last?.rawValue ?? "" }
    // The variable is the runtime's too, which also has tile kernels; hashing has no use for them,
    // and every processor with tiles has AVX-512.
    guard let instructionSet = InstructionSet(rawValue: name == "amx" ? "avx512" : name),
      let kernels = Kernels(instructionSet)
    else {
      throw .kernelsUnavailable(name: name, available: available.map(\.rawValue))
    }
    return kernels
  }
}

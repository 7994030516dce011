import CSignetKernels

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The processor this process runs on, as far as kernels care.
public struct Processor: Sendable, Hashable {
  /// An extension of the instruction set.
  public struct Feature: Sendable, Hashable {
    /// As compilers call it, e.g. `avx512bw`.
    public let name: String
    /// Whether processor and operating system have it.
    public let isPresent: Bool
  }

  /// What the manufacturer calls it; empty where the system does not say.
  public let name: String
  /// `x86_64`, `arm64`, or empty for another.
  public let architecture: String
  /// Cores this process may use.
  public let cores: Int
  /// What kernels ask for or may come to ask for, present or not.
  public let features: [Feature]

  /// The one this process runs on, asked once.
  public static let current = Processor(
    name: brand, architecture: machine, cores: ProcessInfo.processInfo.activeProcessorCount,
    features: allFeatures)

  private static var machine: String {
    #if arch(x86_64)
      "x86_64"
    #elseif arch(arm64)
      "arm64"
    #else
      ""
    #endif
  }

  private static var allFeatures: [Feature] {
    (0..<SIGNET_FEATURE_COUNT.rawValue).compactMap { index in
      let feature = signet_feature(rawValue: index)
      guard let name = signet_feature_name(feature) else { return nil }
      return Feature(name: String(cString: name), isPresent: signet_processor_has(feature))
    }
  }

  private static var brand: String {
    #if canImport(Darwin)
      var size = 0
      sysctlbyname("machdep.cpu.brand_string", nil, &size, nil, 0)
      var text = [UInt8](repeating: 0, count: size)
      sysctlbyname("machdep.cpu.brand_string", &text, &size, nil, 0)
      return String(decoding: text.prefix { $0 != 0 }, as: UTF8.self)
    #else
      let lines = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
      let line = lines.split(separator: "\n").first { $0.hasPrefix("model name") }
      let name = line?.split(separator: ":").last?.drop(while: \.isWhitespace)
      return name.map(String.init) ?? ""
    #endif
  }
}

extension KernelSet {
  /// The processor's features that the set needs.
  public var needs: [String] {
    let avx512 = ["avx512f", "avx512bw", "avx512dq", "avx512vl"]
    return switch family {
    case "avx2": ["avx2", "fma"]
    case "avx512": avx512
    case "amx": avx512 + ["avx512vbmi", "amx-tile", "amx-int8"]
    case "neon": ["neon"]
    default: []
    }
  }

  /// Those of ``needs`` that the processor has not. A set whose needs are met may still be
  /// unavailable: the operating system must offer the registers, too.
  public var lacks: [String] {
    let present = Set(Processor.current.features.filter(\.isPresent).map(\.name))
    return needs.filter { !present.contains($0) }
  }
}

import CSignetKernels

/// A way in which AVX-512's table kernels look sums up. All find the same; which is the fastest, a
/// processor is asked once per process.
public struct Lookup: Sendable, Hashable {
  /// `words`, `saturated` or `bytes`.
  public let name: String
  let index: signet_lookup

  /// All there are, in the order in which equals are preferred.
  public static let all: [Lookup] = (0..<SIGNET_LOOKUP_COUNT.rawValue).compactMap { index in
    let lookup = signet_lookup(rawValue: index)
    guard let name = signet_lookup_name(lookup) else { return nil }
    return Lookup(name: String(cString: name), index: lookup)
  }

  /// What 32 of them took together, in nanoseconds; `nil` where the processor cannot run them.
  public var nanoseconds: Double? {
    let time = signet_lookup_nanoseconds(index)
    return time > 0 ? time : nil
  }
}

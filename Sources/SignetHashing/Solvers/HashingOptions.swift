import Foundation

/// How a layer is to be solved.
public struct HashingOptions: Sendable, Hashable {
  /// What ``codes`` may be.
  public static let codesAllowed = 1...4

  /// How much work goes into optima better than the paper's; never worse for any filter.
  public enum Effort: Int, Sendable, CaseIterable, Comparable {
    /// The paper's procedure: cyclic coordinate descent from sign(w) and mean|w|.
    case paper = 0
    /// Also starts from error-feedback rounding and keeps, per filter, what is better.
    case starts = 1
    /// Then an iterated local search of moderate length.
    case search = 2
    /// Then a long one.
    case longSearch = 3

    /// - Throws: ``HashingError/invalidOption(name:value:allowed:)`` where there is no such level.
    public init(level: Int) throws(HashingError) {
      guard let effort = Effort(rawValue: level) else {
        let levels = Effort.allCases.map(\.rawValue)
        throw .invalidOption(
          name: "effort", value: "\(level)",
          allowed: "\(levels.min() ?? 0) to \(levels.max() ?? 0)")
      }
      self = effort
    }

    /// By what they take: a higher effort does all that a lower one does.
    public static func < (left: Effort, right: Effort) -> Bool { left.rawValue < right.rawValue }
  }

  /// The most passes over the coordinates that one descent makes; it stops sooner at an optimum.
  public var sweeps: Int
  /// How long the search for better codes goes on.
  public var effort: Effort
  /// K, codes per filter; ``codesAllowed``.
  public var codes: Int
  /// Threads that work on blocks of filters. The result does not depend on it.
  public var threads: Int
  /// Seed of the random kicks.
  public var seed: UInt64

  /// One code per filter, solved on one thread, by default.
  public init(
    sweeps: Int = 20, effort: Effort = .search, codes: Int = 1,
    threads: Int = ProcessInfo.processInfo.activeProcessorCount, seed: UInt64 = 0
  ) {
    self.sweeps = sweeps
    self.effort = effort
    self.codes = codes
    self.threads = threads
    self.seed = seed
  }

  package func check() throws(HashingError) {
    guard sweeps >= 0 else {
      throw .invalidOption(name: "sweeps", value: "\(sweeps)", allowed: "0 or more")
    }
    guard Self.codesAllowed.contains(codes) else {
      throw .invalidOption(
        name: "codes", value: "\(codes)",
        allowed: "\(Self.codesAllowed.lowerBound) to \(Self.codesAllowed.upperBound)")
    }
    guard threads >= 1 else {
      throw .invalidOption(name: "threads", value: "\(threads)", allowed: "1 or more")
    }
  }
}

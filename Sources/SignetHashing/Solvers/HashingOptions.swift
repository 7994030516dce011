import Foundation

/// How a layer is to be solved.
public struct HashingOptions: Sendable, Equatable {
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

    public static func < (left: Effort, right: Effort) -> Bool { left.rawValue < right.rawValue }
  }

  /// The most passes over the coordinates that one descent makes; it stops sooner at an optimum.
  public var sweeps: Int
  public var effort: Effort
  /// K, codes per filter, 1 to 4.
  public var codes: Int
  /// Threads that work on blocks of filters. The result does not depend on it.
  public var threads: Int
  /// Seed of the random kicks.
  public var seed: UInt64

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
    guard (1...4).contains(codes) else {
      throw .invalidOption(name: "codes", value: "\(codes)", allowed: "1 to 4")
    }
    guard threads >= 1 else {
      throw .invalidOption(name: "threads", value: "\(threads)", allowed: "1 or more")
    }
  }
}

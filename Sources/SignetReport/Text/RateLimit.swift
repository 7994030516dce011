/// Says when a line of progress is worth printing: the first, the last, and in between at most
/// one per interval.
public struct RateLimit: Sendable {
  public let interval: Double
  private var last: Double?

  /// - Parameter interval: seconds
  public init(interval: Double) {
    self.interval = interval
  }

  /// Whether a line is due.
  ///
  /// - Parameters:
  ///   - time: seconds on any clock that does not run backwards
  ///   - isLast: the work is complete; always due
  public mutating func isDue(at time: Double, isLast: Bool) -> Bool {
    guard !isLast else {
      last = time
      return true
    }
    if let last, time - last < interval { return false }
    last = time
    return true
  }
}

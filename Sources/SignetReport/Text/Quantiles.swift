/// Order statistics of a handful of measurements.
public struct Quantiles: Sendable {
  private let sorted: [Double]

  public init(_ values: [Double]) {
    sorted = values.sorted()
  }

  public var median: Double { value(at: 0.5) }

  /// The value below which a share of the measurements lies, interpolated linearly between
  /// neighbours; 0 if there are none.
  public func value(at share: Double) -> Double {
    guard let last = sorted.indices.last else { return 0 }
    let position = min(1, max(0, share)) * Double(last)
    let lower = Int(position)
    let upper = min(lower + 1, last)
    return sorted[lower] + (sorted[upper] - sorted[lower]) * (position - Double(lower))
  }
}

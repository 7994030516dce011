/// How often something took how long.
struct Histogram: Sendable {
  /// Seconds, ascending; the last bucket has no bound.
  static let bounds = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
  ]

  private var counts = [Int](repeating: 0, count: bounds.count + 1)
  private(set) var sum = 0.0
  private(set) var count = 0

  mutating func add(_ seconds: Double) {
    counts[Self.bounds.firstIndex { seconds <= $0 } ?? Self.bounds.count] += 1
    sum += seconds
    count += 1
  }

  /// As Prometheus reads it.
  ///
  /// - Parameter label: `name="value"`
  func lines(_ name: String, label: String) -> [String] {
    var total = 0
    let buckets = zip(Self.bounds.map(\.description) + ["+Inf"], counts).map { bound, count in
      total += count
      return "\(name)_bucket{\(label),le=\"\(bound)\"} \(total)"
    }
    return buckets + ["\(name)_sum{\(label)} \(sum)", "\(name)_count{\(label)} \(count)"]
  }
}

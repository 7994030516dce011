import SignetModel

/// What was found of one layer that was tried alone.
struct LayerSurvey: Codable, Equatable {
  /// Of the network's output, by codes per filter.
  var changes: [Int: OutputChange] = [:]
  /// Each filter's share of the divergence, by codes per filter: N.
  var effects: [Int: [Double]] = [:]

  /// Takes in the layer with K codes (method.md, equation 14).
  ///
  /// - Parameters:
  ///   - objective: what each filter's outputs miss, squared: N
  ///   - importance: ι, what that counts: N; `nil`: all alike
  mutating func add(
    codes: Int, change: OutputChange, objective: [Double], importance: [Double]?
  ) {
    changes[codes] = change
    let missed = objective.indices.map { max(0, objective[$0]) * (importance?[$0] ?? 1) }
    let sum = missed.reduce(0, +)
    effects[codes] = missed.map { sum > 0 ? change.divergence * ($0 / sum) : 0 }
  }
}

import SignetModel

extension BinarizationReport {
  /// What a budget of bits gave one layer, with the reason in words.
  public struct Choice: Encodable, Hashable, Sendable {
    public var name: String
    public var weights: Int
    /// K; 0: the layer stays float.
    public var codes: Int
    /// The network's output with only this layer binary, with 1, 2, … codes per filter.
    public var changes: [OutputChange]
    public var reason: String
  }

  public static func explained(_ choices: [LayerChoice]) -> [Choice] {
    let total = choices.reduce(0) { $0 + $1.weights }
    return choices.map {
      Choice(
        name: $0.name, weights: $0.weights, codes: $0.codes, changes: $0.changes,
        reason: reason(for: $0, of: total))
    }
  }

  private static func reason(for choice: LayerChoice, of total: Int) -> String {
    func divergence(_ codes: Int) -> String {
      "\(Quantity.fraction(choice.changes[codes - 1].divergence))"
    }
    guard let one = choice.changes.first else { return "" }
    let share = "\(Quantity.percent(100 * Double(choice.weights) / Double(max(1, total))))"
    let alone = "alone, 1 code moves the output by \(Quantity.fraction(one.divergence))"
    let chosen = choice.codes > 1 ? ", \(choice.codes) by \(divergence(choice.codes))" : ""
    guard choice.codes > 0 else { return "\(alone); float by nothing; \(share) of the weights" }
    let next =
      choice.codes < choice.changes.count
      ? "; \(choice.codes + 1) would by \(divergence(choice.codes + 1))" : ""
    return "\(alone)\(chosen)\(next); \(share) of the weights"
  }
}

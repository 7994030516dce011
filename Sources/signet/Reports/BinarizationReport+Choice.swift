import SignetModel
import SignetReport

extension BinarizationReport {
  /// What a budget of bits gave one layer, with the reason in words.
  struct Choice: Encodable, Hashable, Sendable {
    var name: String
    var weights: Int
    /// K, or the largest where filters have different numbers; 0: the layer is kept in 8 bits.
    var codes: Int
    /// The mean of the filters' numbers of codes where they differ.
    var bits: Double?
    /// The network's output with only this layer binary, with 1, 2, … codes per filter.
    var changes: [OutputChange]
    var reason: String
  }

  static func explained(_ choices: [LayerChoice]) -> [Choice] {
    let total = choices.reduce(0) { $0 + $1.weights }
    return choices.map {
      Choice(
        name: $0.name, weights: $0.weights, codes: $0.codes, bits: $0.bits, changes: $0.changes,
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
    let chosen =
      choice.codes > 1 ? ", \(choice.codes) by \(divergence(choice.codes))" : ""
    guard choice.codes > 0 else {
      return "\(alone); 8 bits by next to nothing; \(share) of the weights"
    }
    if choice.bits != nil { return "\(alone); \(share) of the weights" }
    let next =
      choice.codes < choice.changes.count
      ? "; \(choice.codes + 1) would by \(divergence(choice.codes + 1))" : ""
    return "\(alone)\(chosen)\(next); \(share) of the weights"
  }
}

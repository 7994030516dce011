import SignetHashing
import SignetModel

/// What a budget gave the layers: a record of each, and the codes of each filter.
struct BudgetChoice {
  var layers: [LayerChoice] = []
  /// By layer name: K of each filter; layers that are kept have none.
  var codeCounts: [String: [Int]] = [:]

  /// Gives each filter codes so that the shares of single layers' divergences add up to least.
  ///
  /// - Parameters:
  ///   - surveys: of each layer alone, by name
  ///   - budget: bits per weight on average
  init(
    for selection: LayerSelection, surveys: [String: LayerSurvey], budget: Double
  ) throws(TrainingError) {
    var candidates: [BitAllocation.Layer] = []
    for layer in selection.layers {
      let name = selection.node(at: layer).name
      let survey = surveys[name] ?? LayerSurvey()
      let weight = try selection.weight(at: layer)
      layers.append(
        LayerChoice(
          name: name, weights: weight.elementCount, codes: 0,
          changes: survey.changes.sorted { $0.key < $1.key }.map(\.value)))
      candidates.append(
        BitAllocation.Layer(
          patchLength: weight.elementCount / max(1, weight.shape.first ?? 1),
          effects: survey.effects.sorted { $0.key < $1.key }.map(\.value)))
    }
    do throws(HashingError) {
      for (index, counts) in try Self.codes(for: candidates, budget: budget).enumerated()
      where !counts.contains(0) {
        let most = counts.max() ?? 0
        layers[index].codes = most
        if counts.contains(where: { $0 != most }) {
          layers[index].bits = Double(counts.reduce(0, +)) / Double(counts.count)
        }
        codeCounts[layers[index].name] = counts
      }
    } catch {
      throw TrainingError(error)
    }
  }

  /// Bits of a weight in a layer that gets no codes.
  static let keptBits = 8

  /// The codes of every filter, all 0 in a layer that is kept in 8 bits.
  ///
  /// A layer is kept where that would pay in float, at four times its bits: alone, an early layer's
  /// error looks larger than it is once later layers are solved on what it leaves. The bits that are
  /// saved by 8 go to the others.
  private static func codes(
    for layers: [BitAllocation.Layer], budget: Double
  ) throws(HashingError) -> [[Int]] {
    var codes = layers.map { layer in [Int](repeating: 0, count: layer.effects.first?.count ?? 0) }
    var open = Array(layers.indices)
    let weights = layers.map { $0.patchLength * ($0.effects.first?.count ?? 0) }
    let total = Double(weights.reduce(0, +))
    while !open.isEmpty {
      let rest = open.reduce(0) { $0 + weights[$1] }
      let kept = (total - Double(rest)) * Double(keptBits)
      // Rounding may not take a bit from the least there is.
      let own = max(1, (budget * total - kept) / Double(max(1, rest)))
      let found = try BitAllocation.codes(for: open.map { layers[$0] }, budget: own)
      for (index, counts) in zip(open, found) { codes[index] = counts }
      let still = open.filter { !codes[$0].contains(0) }
      guard still.count < open.count else { break }
      open = still
    }
    return codes
  }
}

import SignetHashing
import SignetModel

/// What a budget gave the layers: a record of each, and the codes of each filter.
struct BudgetChoice {
  var layers: [LayerChoice] = []
  /// By layer name: K of each filter; layers that stay float have none.
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
      for (index, counts) in try BitAllocation.codes(for: candidates, budget: budget).enumerated()
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
}

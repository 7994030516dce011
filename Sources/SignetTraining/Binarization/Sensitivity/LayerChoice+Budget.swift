import SignetHashing
import SignetModel

extension LayerChoice {
  /// Gives each layer codes so that the divergences of single layers add up to least.
  ///
  /// - Parameters:
  ///   - changes: of the output with one layer alone binary, by layer name and codes
  ///   - budget: bits per weight on average
  static func choices(
    for selection: LayerSelection, changes: [String: [Int: OutputChange]], budget: Double
  ) throws(TrainingError) -> [LayerChoice] {
    var choices: [LayerChoice] = []
    for layer in selection.layers {
      let name = selection.node(at: layer).name
      let known = changes[name] ?? [:]
      choices.append(
        LayerChoice(
          name: name, weights: try selection.weight(at: layer).elementCount, codes: 0,
          changes: known.sorted { $0.key < $1.key }.map(\.value)))
    }
    do {
      let codes = try BitAllocation.codes(
        for: choices.map {
          BitAllocation.Layer(weights: $0.weights, effects: $0.changes.map(\.divergence))
        }, budget: budget)
      for (index, own) in codes.enumerated() { choices[index].codes = own }
      return choices
    } catch {
      throw TrainingError(error)
    }
  }
}

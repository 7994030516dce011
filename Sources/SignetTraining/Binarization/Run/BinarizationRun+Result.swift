import SignetHashing
import SignetModel
import Torch

extension BinarizationRun {
  /// The binarized network, with how it was made and what is left of the float one.
  func result() throws -> Model {
    let kept = choice?.layers.filter { $0.codes == 0 }.map(\.name) ?? []
    let binary = try FilterOrdering.applied(
      to: InputScaleFolding.applied(to: edit.applied(to: model))
    ).with8BitWeights(ofLayers: Set(kept))
    // Measuring needs no sums.
    fisher = nil
    let step = Provenance.Step(
      verb: "binarize", data: dataName, seed: options.seed, options: try described,
      results: try measuredFidelity(of: binary),
      layers: selection.layers.compactMap {
        state.solved[selection.node(at: $0).name]?.record.untimed
      }, choices: choice?.layers)
    return try binary.with(provenance: model.provenance.adding(step))
  }

  /// What shaped the result, with what computed it: codes whose gain is within rounding depend on
  /// the instructions.
  private var described: [String: String] {
    get throws {
      var described = options.described
      described["keep"] = "\(options.keep.applied(to: model.graph))"
      described["kernels"] = try Kernels.chosen().instructionSet.rawValue
      guard let set else { return described }
      described["libtorch"] = "\(TorchSettings.version) \(TorchSettings.processorCapability)"
      guard options.method != .bwn else { return described }
      described["images"] = "\(imagesTaken)"
      if imagesTaken < options.images { described["imagesAsked"] = "\(options.images)" }
      if set.images.activations.isRounded { described["activations"] = "bfloat16" }
      return described
    }
  }

  /// Of the result, and of the same layers with sign and mean magnitude, whose numbers' names end in
  /// `OfSigns`.
  private func measuredFidelity(of binary: Model) throws -> [String: Double] {
    guard let set else { return [:] }
    var networks = [(suffix: "", model: binary)]
    if options.method != .bwn { networks.append(("OfSigns", try signs())) }
    return try HeldOutFidelity(float: model, networks: networks).results(on: set, workers: workers)
  }

  /// The float network with sign and mean magnitude in the layers that were solved.
  private func signs() throws -> Model {
    var edit = ModelEdit(model)
    for layer in selection.layers {
      let node = selection.node(at: layer)
      let weight = try selection.weight(at: layer)
      let codes = try BinaryCodes(
        signsOf: weight,
        codeCounts: state.solved[node.name]?.codes.codeCounts
          ?? [Int](repeating: 1, count: weight.shape[0]))
      try edit.replace(
        node, with: Weight(shape: weight.shape, storage: .binary(codes)), offset: [])
    }
    return try edit.applied(to: model)
  }
}

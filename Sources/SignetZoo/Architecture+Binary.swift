import SignetModel

extension Architecture {
  /// The network with random weights, its layers but the first and the last binary: what a
  /// measurement of time, memory or size needs when nothing has been trained.
  public func binaryModel(
    inputShape: Shape? = nil, classes: Int? = nil, seed: UInt64
  ) throws(ZooError) -> Model {
    let float = try model(inputShape: inputShape, classes: classes, seed: seed)
    var weights = float.weights
    for node in float.graph.layers.dropFirst().dropLast() {
      guard let weight = float.weight(.weight, of: node) else { continue }
      let name = node.parameterName(.weight)
      do throws(WeightError) {
        let codes = try BinaryCodes(signsOf: weight)
        weights[name] = try Weight(shape: weight.shape, storage: .binary(codes))
      } catch {
        throw .file(ModelFileError(path: "", defect: .weight(tensor: name, error)))
      }
    }
    do {
      return try float.with(weights: weights)
    } catch {
      throw .model(self, path: "", error)
    }
  }
}

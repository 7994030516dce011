extension Model {
  /// Holds the promise of the initialiser.
  func validate() throws(ModelError) {
    var defects: [ModelError.TensorDefect] = []
    var expectedNames: Set<String> = []
    for node in graph.nodes {
      for (role, shape) in node.operation.parameters {
        let name = node.parameterName(role)
        expectedNames.insert(name)
        guard let weight = weights[name] else {
          let suggestion = closestName(to: name, among: weights.keys)
          defects.append(.missing(name: name, shape: shape, suggestion: suggestion))
          continue
        }
        if weight.shape != shape {
          defects.append(.shape(name: name, expected: shape, found: weight.shape))
        }
        if weight.isBinary, !(role == .weight && node.operation.isBinarizable) {
          defects.append(.binary(name: name))
        }
      }
    }
    for name in weights.keys.sorted() where !expectedNames.contains(name) {
      defects.append(
        .unexpected(name: name, suggestion: closestName(to: name, among: expectedNames)))
    }
    guard defects.isEmpty else { throw .tensors(defects) }
    if let defect = preprocessing.defect(channels: graph.inputShape.channels) {
      throw .preprocessing(defect)
    }
    guard labels.isEmpty || labels.count == classCount else {
      throw .labels(expected: classCount, found: labels.count)
    }
  }
}

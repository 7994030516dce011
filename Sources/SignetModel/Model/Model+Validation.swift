extension Model {
  /// Holds the promise of the initialiser.
  func validate() throws(ModelError) {
    var defects = ModelError.TensorDefect.mismatches(
      expected: graph.parameters, found: weights.mapValues(\.shape))
    for node in graph.nodes {
      for (role, _) in node.operation.parameters {
        let isWeightOfLayer = role == .weight && node.operation.isBinarizable
        if !isWeightOfLayer, let weight = weight(role, of: node), !weight.isFloat {
          defects.append(.binary(name: node.parameterName(role)))
        }
      }
    }
    let inputChannels = graph.layerInputChannels
    for (name, _) in graph.parameters {
      guard let scales = weights[name]?.codes?.inputScales, let expected = inputChannels[name],
        scales.values.count != expected
      else { continue }
      defects.append(
        .shape(
          name: CodesTensorName.inputScale(name), expected: [expected],
          found: [scales.values.count]))
    }
    guard defects.isEmpty else { throw .tensors(defects) }
    if let defect = preprocessing.defect(channels: graph.inputShape.channels) {
      throw .preprocessing(defect)
    }
    guard labels.isEmpty || graph.classNameCounts().contains(labels.count) else {
      throw .labels(expected: classCount, found: labels.count)
    }
  }
}

extension ModelError.TensorDefect {
  /// More suggestions than this help nobody, and cost time quadratic in the number of tensors.
  private static let suggestionLimit = 32

  /// Compares the tensors a network needs with those there are: wrong and missing ones in the
  /// network's order, then those of no layer by name. A tensor is only suggested for a missing one
  /// if no layer takes it, and the other way round.
  static func mismatches(
    expected: [(name: String, shape: [Int])], found: [String: [Int]]
  ) -> [Self] {
    let expectedNames = Set(expected.map(\.name))
    let leftOver = found.keys.filter { !expectedNames.contains($0) }.sorted()
    let missing = expectedNames.filter { found[$0] == nil }
    var suggestionCount = 0
    func suggestion(_ name: String, among candidates: some Sequence<String>) -> String? {
      suggestionCount += 1
      return suggestionCount > suggestionLimit ? nil : closestName(to: name, among: candidates)
    }
    var defects: [Self] = []
    for (name, shape) in expected {
      guard let foundShape = found[name] else {
        defects.append(
          .missing(name: name, shape: shape, suggestion: suggestion(name, among: leftOver)))
        continue
      }
      if foundShape != shape {
        defects.append(.shape(name: name, expected: shape, found: foundShape))
      }
    }
    for name in leftOver {
      defects.append(.unexpected(name: name, suggestion: suggestion(name, among: missing)))
    }
    return defects
  }
}

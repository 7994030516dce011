extension Model {
  /// Finds numbers that no trained tensor may hold: they would turn every result into NaN.
  func checkValues() throws(ModelFileError.Defect) {
    for node in graph.nodes {
      for (role, _) in node.operation.parameters {
        guard let weight = weight(role, of: node) else { continue }
        let name = node.parameterName(role)
        switch weight.storage {
        case .float(let values):
          try check(values, name, isVariance: role == .runningVariance)
        case .int8(let filters):
          try check(filters.scales, CodesTensorName.scale(name), isVariance: false)
        case .binary(let codes):
          try check(codes, name)
        }
      }
    }
  }

  private func check(_ codes: BinaryCodes, _ name: String) throws(ModelFileError.Defect) {
    try check(codes.scales, CodesTensorName.scale(name), isVariance: false)
    if let constants = codes.constants {
      try check(constants, CodesTensorName.constant(name), isVariance: false)
    }
    guard let factors = codes.inputScales?.values.array,
      let index = factors.firstIndex(where: { !($0 > 0 && $0.isFinite) })
    else { return }
    throw .value(
      tensor: CodesTensorName.inputScale(name), index: index,
      expected: "a finite number above 0", found: factors[index])
  }

  private func check(
    _ values: FloatValues, _ name: String, isVariance: Bool
  ) throws(ModelFileError.Defect) {
    if let index = values.firstNonFiniteIndex {
      throw .value(
        tensor: name, index: index, expected: "a finite number", found: values.array[index])
    }
    guard isVariance else { return }
    let values = values.array
    if let index = values.firstIndex(where: { $0 < 0 }) {
      throw .value(
        tensor: name, index: index, expected: "a variance of 0 or more", found: values[index])
    }
  }
}

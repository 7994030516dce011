/// Takes a network's weights from a model file: a tensor under the weight's own name is float or,
/// with `.scale` beside it, 8-bit; a pair with `.codes` and `.scale` after it is binary.
struct WeightReader {
  let file: SafetensorsFile
  /// The file's format; 8-bit weights and half precision came with 2.
  let version: Int

  private struct Pair {
    let codes: SafetensorsFile.Tensor
    let scale: SafetensorsFile.Tensor
    let isBinary: Bool
  }

  /// - Throws: every tensor that is missing, misshapen or left over, all at once.
  func weights(of graph: Graph) throws(ModelFileError.Defect) -> [String: Weight] {
    let parameters = graph.parameters
    var found = file.tensors.mapValues(\.shape)
    var pairs: [String: Pair] = [:]
    var defects: [ModelError.TensorDefect] = []
    for (name, shape) in parameters {
      guard let pair = pair(name) else { continue }
      pairs[name] = pair
      found[pair.codes.name] = nil
      found[pair.scale.name] = nil
      found[name] = shape
      defects += self.defects(of: pair, shape: shape)
    }
    defects += ModelError.TensorDefect.mismatches(expected: parameters, found: found)
    guard defects.isEmpty else { throw .model(.tensors(defects)) }

    var weights: [String: Weight] = [:]
    for (name, shape) in parameters {
      if let pair = pairs[name] {
        weights[name] = try weight(name, pair, shape: shape)
      } else if let tensor = file.tensors[name] {
        let values = try floats(tensor)
        weights[name] = try wrapping(name) { () throws(WeightError) in
          try Weight(shape: tensor.shape, storage: .float(values))
        }
      }
    }
    return weights
  }

  private func pair(_ name: String) -> Pair? {
    guard let scale = file.tensors[CodesTensorName.scale(name)] else { return nil }
    if let tensor = file.tensors[name] {
      let isInt8 = version >= 2 && tensor.elementType == .int8
      return isInt8 ? Pair(codes: tensor, scale: scale, isBinary: false) : nil
    }
    guard let codes = file.tensors[CodesTensorName.codes(name)] else { return nil }
    return Pair(codes: codes, scale: scale, isBinary: true)
  }

  private func defects(of pair: Pair, shape: [Int]) -> [ModelError.TensorDefect] {
    let filters = shape.first ?? 0
    let codeCount = max(1, pair.codes.shape.first ?? 1)
    let stride = BinaryCodes.bytesPerFilter(patchLength: patchLength(of: shape))
    let expectedCodes = pair.isBinary ? [codeCount, filters, stride] : shape
    let expectedScale = pair.isBinary ? [codeCount, filters] : [filters]
    var defects: [ModelError.TensorDefect] = []
    for (tensor, expected) in [(pair.codes, expectedCodes), (pair.scale, expectedScale)]
    where tensor.shape != expected {
      defects.append(.shape(name: tensor.name, expected: expected, found: tensor.shape))
    }
    return defects
  }

  private func patchLength(of shape: [Int]) -> Int {
    Shape(Array(shape.dropFirst())).elementCount
  }

  private func weight(
    _ name: String, _ pair: Pair, shape: [Int]
  ) throws(ModelFileError.Defect) -> Weight {
    try require(pair.codes, [pair.isBinary ? .uint8 : .int8])
    let scales = try floats(pair.scale)
    let bytes = file.bytes(of: pair.codes)
    let patchLength = patchLength(of: shape)
    return try wrapping(name) { () throws(WeightError) in
      let storage: Weight.Storage =
        pair.isBinary
        ? .binary(
          try BinaryCodes(
            bytes: bytes, scales: scales, codeCount: pair.codes.shape[0], filterCount: shape[0],
            patchLength: patchLength))
        : .int8(
          try Int8Filters(
            bytes: bytes, scales: scales, filterCount: shape[0], patchLength: patchLength))
      return try Weight(shape: shape, storage: storage)
    }
  }

  private func wrapping(
    _ name: String, _ make: () throws(WeightError) -> Weight
  ) throws(ModelFileError.Defect) -> Weight {
    do throws(WeightError) {
      return try make()
    } catch {
      throw .weight(tensor: name, error)
    }
  }

  private func floats(
    _ tensor: SafetensorsFile.Tensor
  ) throws(ModelFileError.Defect) -> FloatValues {
    try require(tensor, version >= 2 ? [.float32, .float16] : [.float32])
    return file.storedValues(of: tensor)
  }

  private func require(
    _ tensor: SafetensorsFile.Tensor, _ types: [ElementType]
  ) throws(ModelFileError.Defect) {
    guard types.contains(tensor.elementType) else {
      throw .elementType(
        tensor: tensor.name, expected: types.map(\.rawValue).joined(separator: " or "),
        found: tensor.elementType.rawValue, suggestion: nil)
    }
  }
}

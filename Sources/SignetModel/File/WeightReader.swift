/// Takes a network's weights from a model file: a tensor under the weight's own name is float or,
/// with `.scale` beside it, 8-bit; with `.codes` and `.scale` after it, it is binary.
struct WeightReader {
  let file: SafetensorsFile
  /// The file's format; 8-bit weights and half precision came with 2.
  let version: Int

  private enum Coded {
    case int8(codes: SafetensorsFile.Tensor, scale: SafetensorsFile.Tensor)
    case binary(BinaryTensors, counts: [Int]?)

    var tensors: [SafetensorsFile.Tensor] {
      switch self {
      case .int8(let codes, let scale): [codes, scale]
      case .binary(let tensors, _): tensors.all
      }
    }
  }

  /// - Throws: every tensor that is missing, misshapen or left over, all at once.
  func weights(of graph: Graph) throws(ModelFileError.Defect) -> [String: Weight] {
    let parameters = graph.parameters
    let inputChannels = graph.layerInputChannels
    var found = file.tensors.mapValues(\.shape)
    var coded: [String: Coded] = [:]
    var defects: [ModelError.TensorDefect] = []
    for (name, shape) in parameters {
      guard let own = try self.coded(name) else { continue }
      coded[name] = own
      for tensor in own.tensors { found[tensor.name] = nil }
      found[name] = shape
      defects += self.defects(of: own, shape: shape, inputChannels: inputChannels[name] ?? 0)
    }
    defects += ModelError.TensorDefect.mismatches(expected: parameters, found: found)
    guard defects.isEmpty else { throw .model(.tensors(defects)) }

    var weights: [String: Weight] = [:]
    for (name, shape) in parameters {
      if let own = coded[name] {
        weights[name] = try weight(name, own, shape: shape)
      } else if let tensor = file.tensors[name] {
        let values = try floats(tensor)
        weights[name] = try wrapping(name) { () throws(WeightError) in
          try Weight(shape: tensor.shape, storage: .float(values))
        }
      }
    }
    return weights
  }

  private func coded(_ name: String) throws(ModelFileError.Defect) -> Coded? {
    if let tensor = file.tensors[name] {
      guard let scale = file.tensors[CodesTensorName.scale(name)], version >= 2,
        tensor.elementType == .int8
      else { return nil }
      return .int8(codes: tensor, scale: scale)
    }
    guard let tensors = BinaryTensors(name, in: file, version: version) else { return nil }
    guard let counts = tensors.codeCounts else { return .binary(tensors, counts: nil) }
    try require(counts, [.uint8])
    return .binary(tensors, counts: file.bytes(of: counts).map(Int.init))
  }

  private func defects(
    of coded: Coded, shape: [Int], inputChannels: Int
  ) -> [ModelError.TensorDefect] {
    switch coded {
    case .binary(let tensors, let counts):
      tensors.defects(shape: shape, inputChannels: inputChannels, counts: counts)
    case .int8(let codes, let scale):
      [(codes, shape), (scale, [shape.first ?? 0])].compactMap { tensor, expected in
        tensor.shape == expected
          ? nil : .shape(name: tensor.name, expected: expected, found: tensor.shape)
      }
    }
  }

  private func weight(
    _ name: String, _ coded: Coded, shape: [Int]
  ) throws(ModelFileError.Defect) -> Weight {
    let patchLength = Shape(Array(shape.dropFirst())).elementCount
    switch coded {
    case .int8(let codes, let scale):
      try require(codes, [.int8])
      let scales = try floats(scale)
      return try wrapping(name) { () throws(WeightError) in
        try Weight(
          shape: shape,
          storage: .int8(
            Int8Filters(
              bytes: file.bytes(of: codes), scales: scales, filterCount: shape[0],
              patchLength: patchLength)))
      }
    case .binary(let tensors, let counts):
      try require(tensors.codes, [.uint8])
      let scales = try floats(tensors.scale)
      let constants = try optionalFloats(tensors.constant)
      let inputScales = try optionalFloats(tensors.inputScale)
      return try wrapping(name) { () throws(WeightError) in
        let rows =
          if let counts {
            try CodeRows(codeCounts: counts)
          } else {
            try CodeRows(
              codeCount: tensors.codes.shape[0], filterCount: shape[0], patchLength: patchLength)
          }
        let factors: InputScales? =
          if let inputScales { try InputScales(inputScales, channelCount: shape[1]) } else { nil }
        let codes = try BinaryCodes(
          bytes: file.bytes(of: tensors.codes), scales: scales, rows: rows,
          patchLength: patchLength, constants: constants, inputScales: factors)
        return try Weight(shape: shape, storage: .binary(codes))
      }
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

  private func optionalFloats(
    _ tensor: SafetensorsFile.Tensor?
  ) throws(ModelFileError.Defect) -> FloatValues? {
    guard let tensor else { return nil }
    return try floats(tensor)
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

import Foundation

/// Takes a network's weights from a model file: a tensor under the weight's own name is float, a
/// pair with `.codes` and `.scale` after it is binary.
struct WeightReader {
  let file: SafetensorsFile

  /// - Throws: every tensor that is missing, misshapen or left over, all at once.
  func weights(of graph: Graph) throws(ModelFileError.Defect) -> [String: Weight] {
    let parameters = graph.parameters
    var found = file.tensors.mapValues(\.shape)
    var pairs: [String: (codes: SafetensorsFile.Tensor, scale: SafetensorsFile.Tensor)] = [:]
    var defects: [ModelError.TensorDefect] = []
    for (name, shape) in parameters where found[name] == nil {
      guard let codes = file.tensors[BinaryTensorName.codes(name)],
        let scale = file.tensors[BinaryTensorName.scale(name)]
      else { continue }
      pairs[name] = (codes, scale)
      found[codes.name] = nil
      found[scale.name] = nil
      found[name] = shape
      defects += pairDefects(codes: codes, scale: scale, shape: shape)
    }
    defects += ModelError.TensorDefect.mismatches(expected: parameters, found: found)
    guard defects.isEmpty else { throw .model(.tensors(defects)) }

    var weights: [String: Weight] = [:]
    for (name, shape) in parameters {
      if let pair = pairs[name] {
        weights[name] = try binary(name, codes: pair.codes, scale: pair.scale, shape: shape)
      } else if let tensor = file.tensors[name] {
        weights[name] = try float(tensor)
      }
    }
    return weights
  }

  private func pairDefects(
    codes: SafetensorsFile.Tensor, scale: SafetensorsFile.Tensor, shape: [Int]
  ) -> [ModelError.TensorDefect] {
    let filters = shape.first ?? 0
    let patchLength = Shape(Array(shape.dropFirst())).elementCount
    let codeCount = max(1, codes.shape.first ?? 1)
    let expectedCodes = [
      codeCount, filters, BinaryCodes.bytesPerFilter(patchLength: patchLength),
    ]
    var defects: [ModelError.TensorDefect] = []
    if codes.shape != expectedCodes {
      defects.append(.shape(name: codes.name, expected: expectedCodes, found: codes.shape))
    }
    if scale.shape != [codeCount, filters] {
      defects.append(
        .shape(name: scale.name, expected: [codeCount, filters], found: scale.shape))
    }
    return defects
  }

  private func binary(
    _ name: String, codes: SafetensorsFile.Tensor, scale: SafetensorsFile.Tensor, shape: [Int]
  ) throws(ModelFileError.Defect) -> Weight {
    try require(codes, .uint8)
    try require(scale, .float32)
    do throws(WeightError) {
      return try Weight(
        shape: shape,
        storage: .binary(
          BinaryCodes(
            bytes: file.bytes(of: codes), scales: file.values(of: scale),
            codeCount: codes.shape[0], filterCount: shape[0],
            patchLength: Shape(Array(shape.dropFirst())).elementCount)))
    } catch {
      throw .weight(tensor: name, error)
    }
  }

  private func float(_ tensor: SafetensorsFile.Tensor) throws(ModelFileError.Defect) -> Weight {
    try require(tensor, .float32)
    do throws(WeightError) {
      return try Weight(shape: tensor.shape, storage: .float32(file.values(of: tensor)))
    } catch {
      throw .weight(tensor: tensor.name, error)
    }
  }

  private func require(
    _ tensor: SafetensorsFile.Tensor, _ type: ElementType
  ) throws(ModelFileError.Defect) {
    guard tensor.elementType == type else {
      throw .elementType(
        tensor: tensor.name, expected: type.rawValue, found: tensor.elementType.rawValue,
        suggestion: nil)
    }
  }
}

import Foundation

extension Model {
  /// The model file in pieces.
  func fileParts(path: String) throws(ModelFileError) -> [Data] {
    do throws(ModelFileError.Defect) {
      try checkValues()
      var metadata = [
        ModelMetadata.Key.format: "\(ModelMetadata.version)",
        .graph: try ModelMetadata.encode(graph, as: .graph),
        .preprocessing: try ModelMetadata.encode(preprocessing, as: .preprocessing),
        .labels: try ModelMetadata.encode(labels, as: .labels),
        .provenance: try ModelMetadata.encode(provenance, as: .provenance),
        .checksum: String(repeating: "0", count: CRC32.digitCount),
      ]
      var checksum = CRC32()
      for part in layout(metadata).parts { checksum.update(part) }
      metadata[.checksum] = checksum.hexadecimal
      let parts = layout(metadata).parts
      let headerLength = parts[0].count - 8
      guard headerLength <= SafetensorsHeader.byteLimit else {
        throw .headerLength(found: UInt64(headerLength), limit: SafetensorsHeader.byteLimit)
      }
      return parts
    } catch {
      throw ModelFileError(path: path, defect: error)
    }
  }

  private func layout(_ metadata: [ModelMetadata.Key: String]) -> SafetensorsWriter {
    let pairs = metadata.map { ($0.key.rawValue, $0.value) }
    return SafetensorsWriter(
      tensors: weights.flatMap { $0.value.tensors(named: $0.key) },
      metadata: Dictionary(uniqueKeysWithValues: pairs))
  }
}

extension Weight {
  /// What stands in the file for this weight.
  fileprivate func tensors(named name: String) -> [SafetensorsWriter.Tensor] {
    switch storage {
    case .float32(let values):
      return [
        SafetensorsWriter.Tensor(
          name: name, elementType: .float32, shape: shape, bytes: values.bytes)
      ]
    case .binary(let codes):
      return [
        SafetensorsWriter.Tensor(
          name: BinaryTensorName.codes(name), elementType: .uint8, shape: codes.shape,
          bytes: codes.bytes),
        SafetensorsWriter.Tensor(
          name: BinaryTensorName.scale(name), elementType: .float32, shape: codes.scaleShape,
          bytes: codes.scales.bytes),
      ]
    }
  }
}

extension BinaryCodes {
  /// K × N × ⌈S/8⌉
  var shape: [Int] { [codeCount, filterCount, bytesPerFilter] }
  /// K × N
  var scaleShape: [Int] { [codeCount, filterCount] }
}

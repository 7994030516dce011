#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension Model {
  /// The model file in pieces.
  func fileParts(path: String) throws(ModelFileError) -> [Data] {
    do throws(ModelFileError.Defect) {
      try checkValues()
      var metadata = [
        ModelMetadata.Key.format: "\(formatVersion)",
        .graph: try ModelMetadata.encode(graph, as: .graph),
        .preprocessing: try ModelMetadata.encode(preprocessing, as: .preprocessing),
        .labels: try ModelMetadata.encode(labels, as: .labels),
        .provenance: try ModelMetadata.encode(provenance, as: .provenance),
        .checksum: String(repeating: "0", count: CRC32.digitCount),
      ]
      metadata[.outputKind] = declaredOutputKind?.rawValue
      if let interface {
        metadata[.interface] = try ModelMetadata.encode(interface, as: .interface)
      }
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

  /// 8-bit weights and half precision came with version 2; names of inputs and outputs, several of
  /// them, values of other ranks and most operations that are no layers with version 3; binary
  /// weights of more than as many codes and scales per filter with version 4.
  private var formatVersion: Int {
    if weights.values.contains(where: { $0.codes?.arePlain == false }) {
      return BinaryTensors.version
    }
    if !graph.isPlain || graph.nodes.contains(where: \.operation.needsVersion3) { return 3 }
    return weights.values.contains(where: \.needsVersion2) ? 2 : 1
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
    typealias Tensor = SafetensorsWriter.Tensor
    switch storage {
    case .float(let values):
      return [Tensor(name: name, shape: shape, values: values)]
    case .int8(let filters):
      return [
        Tensor(name: name, elementType: .int8, shape: shape, bytes: filters.bytes),
        Tensor(
          name: CodesTensorName.scale(name), shape: [filters.filterCount], values: filters.scales),
      ]
    case .binary(let codes):
      return codes.tensors(named: name)
    }
  }

  fileprivate var needsVersion2: Bool {
    switch storage {
    case .float(let values): values.elementType == .float16
    case .int8: true
    case .binary(let codes): codes.scales.elementType == .float16
    }
  }
}

extension NodeOperation {
  fileprivate var needsVersion3: Bool {
    switch self {
    case .convolution, .linear, .batchNorm, .relu, .maxPool, .averagePool, .globalAveragePool, .add,
      .concatenate, .flatten, .dropout, .pad, .slice, .prelu, .affine, .multiply,
      .localResponseNorm, .softmax:
      false
    case .activation(let function):
      switch function {
      case .leakyRelu, .clip, .sigmoid, .hardSigmoid, .hardSwish, .silu: false
      case .elu, .thresholdedRelu, .power, .elementary: true
      }
    case .reshape(let shape): !shape.isMap && !shape.isVector
    case .transpose(let attributes): !attributes.shape.isMap && !attributes.shape.isVector
    case .logSoftmax, .spread, .resize, .binary, .select, .reduce, .argExtreme, .normalize,
      .matrixProduct, .constant, .region, .selection, .gridSample:
      true
    }
  }
}

extension SafetensorsWriter.Tensor {
  init(name: String, shape: [Int], values: FloatValues) {
    self.init(name: name, elementType: values.elementType, shape: shape, bytes: values.bytes)
  }
}

import Foundation
import SignetModel

@testable import SignetONNX

/// A file of ONNX's format, put together for a test.
struct TestFile {
  var proto = ProtoModel()

  /// - Parameter input: extents of the one input; `nil` for an extent that is left open
  init(input: [Int?] = [nil, 3, 4, 4], operatorSet: Int64 = 17, output: String = "out") {
    proto.irVersion = 8
    var set = ProtoOperatorSet()
    set.version = operatorSet
    proto.opsetImport = [set]
    var info = ProtoValueInfo()
    info.name = "image"
    info.type.tensorType.elemType = 1
    info.type.tensorType.shape.dim = input.map { extent in
      var dimension = ProtoTensorShape.Dimension()
      if let extent { dimension.dimValue = Int64(extent) } else { dimension.dimParam = "batch" }
      return dimension
    }
    proto.graph.input = [info]
    var result = ProtoValueInfo()
    result.name = output
    proto.graph.output = [result]
  }

  mutating func node(
    _ operatorName: String, _ inputs: [String], _ outputs: String...,
    attributes: [ProtoAttribute] = [], domain: String = ""
  ) {
    proto.graph.node.append(
      .make(operatorName, inputs, outputs, attributes: attributes, domain: domain))
  }

  mutating func floats(_ name: String, _ dims: [Int], _ values: [Float]) {
    var tensor = ProtoTensor()
    tensor.name = name
    tensor.dataType = 1
    tensor.dims = dims.map(Int64.init)
    tensor.floatData = values
    proto.graph.initializer.append(tensor)
  }

  mutating func integers(_ name: String, _ values: [Int], dims: [Int]? = nil) {
    var tensor = ProtoTensor()
    tensor.name = name
    tensor.dataType = 7
    tensor.dims = (dims ?? [values.count]).map(Int64.init)
    tensor.int64Data = values.map(Int64.init)
    proto.graph.initializer.append(tensor)
  }

  func data() throws -> Data { try proto.serializedBytes() }

  func model(
    _ options: ONNXImporter.Options = .init(), file: URL = URL(fileURLWithPath: "/tmp/test.onnx")
  ) throws -> Model {
    try ONNXImporter(options: options).model(data(), file: file)
  }

  /// The problems the import names.
  func problems() throws -> [ONNXError.Problem] {
    do {
      _ = try model()
    } catch ONNXError.unsupported(_, let problems) {
      return problems
    }
    return []
  }
}

extension ProtoNode {
  /// Thousands of nodes are made before they go into a file: each append there copies them all.
  static func make(
    _ operatorName: String, _ inputs: [String], _ outputs: [String],
    attributes: [ProtoAttribute] = [], domain: String = ""
  ) -> ProtoNode {
    var node = ProtoNode()
    node.opType = operatorName
    node.name = "node_\(outputs.first ?? "none")"
    node.input = inputs
    node.output = outputs
    node.attribute = attributes
    node.domain = domain
    return node
  }
}

/// Small repeatable numbers around 0.
func numbers(_ count: Int, seed: Int = 0) -> [Float] {
  (0..<count).map { Float(($0 * 7919 + seed * 104_729) % 211) / 211 - 0.5 }
}

/// Numbers for every tensor a graph needs; layers as codes where wanted.
func weights(for graph: Graph, codes: Int = 0) throws -> [String: Weight] {
  var weights: [String: Weight] = [:]
  for (index, node) in graph.nodes.enumerated() {
    for (role, shape) in node.operation.parameters {
      let count = shape.reduce(1, *)
      var values = numbers(count, seed: index)
      if role == .runningVariance { values = values.map { $0 + 1 } }
      let name = node.parameterName(role)
      guard codes > 0, role == .weight, node.operation.isBinarizable else {
        weights[name] = try Weight(shape: shape, values: values)
        continue
      }
      let signs = numbers(codes * count, seed: index).map { Int8($0 > 0 ? 1 : -1) }
      let scales = numbers(codes * shape[0], seed: index + 1).map { abs($0) + 0.01 }
      let binary = try BinaryCodes(
        signs: signs, scales: scales, codeCount: codes, filterCount: shape[0],
        patchLength: count / shape[0])
      weights[name] = try Weight(shape: shape, storage: .binary(binary))
    }
  }
  return weights
}

/// A binary weight of the same shape with 1 to 3 codes per filter, constants and input scales.
func richWeight(_ weight: Weight, groups: Int) throws -> Weight {
  let (filters, channels) = (weight.shape[0], weight.shape[1])
  let rows = try CodeRows(codeCounts: (0..<filters).map { 1 + $0 % 3 })
  let length = weight.elementCount / filters
  let codes = try BinaryCodes(
    signs: numbers(rows.count * length).map { $0 > 0 ? 1 : -1 },
    scales: numbers(rows.count, seed: 1).map { abs($0) + 0.01 }, rows: rows, patchLength: length,
    constants: numbers(filters, seed: 2),
    inputScales: InputScales(
      numbers(groups * channels, seed: 3).map { abs($0) + 0.5 }, channelCount: channels))
  return try Weight(shape: weight.shape, storage: .binary(codes))
}

extension Node {
  var groups: Int {
    if case .convolution(let attributes) = operation { attributes.groups } else { 1 }
  }
}

import Foundation
import SignetModel

/// Turns a model into ONNX's messages.
struct GraphWriter {
  let model: Model
  let encoding: ONNXExporter.Encoding
  var graph = ProtoGraph()
  private var constants: Set<String> = []

  /// The operator set written where nothing asks for a newer one, and its file version.
  private static let operatorSet: Int64 = 17
  private static let newerOperatorSet: Int64 = 19
  private static let scores = "logits"

  init(model: Model, encoding: ONNXExporter.Encoding) {
    self.model = model
    self.encoding = encoding
  }

  mutating func proto() -> ProtoModel {
    graph.name = "signet"
    graph.input = [Self.value(Graph.inputName, model.graph.inputShape)]
    for node in model.graph.nodes { write(node) }
    let output = name(of: model.graph.output)
    graph.output = [Self.value(output, model.graph.outputShape)]
    let needsNewer = model.graph.nodes.contains(where: \.operation.needsOperatorSet19)
    var proto = ProtoModel()
    proto.irVersion = needsNewer ? 9 : 8
    proto.producerName = "signet"
    proto.graph = graph
    var set = ProtoOperatorSet()
    set.domain = ""
    set.version = needsNewer ? Self.newerOperatorSet : Self.operatorSet
    proto.opsetImport = [set]
    proto.metadataProps = ExportNotes.entries(of: model).map { key, value in
      var entry = ProtoStringEntry()
      entry.key = key
      entry.value = value
      return entry
    }
    return proto
  }

  /// The ONNX value that stands for a node's.
  func name(of node: String) -> String {
    let isFree = model.graph.shapes[Self.scores] == nil
    return node == model.graph.output && isFree ? Self.scores : node
  }

  private static func value(_ name: String, _ shape: Shape) -> ProtoValueInfo {
    var info = ProtoValueInfo()
    info.name = name
    info.type.tensorType.elemType = ElementType.float32.rawValue
    var batch = ProtoTensorShape.Dimension()
    batch.dimParam = "batch"
    info.type.tensorType.shape.dim =
      [batch]
      + shape.extents.map {
        var dimension = ProtoTensorShape.Dimension()
        dimension.dimValue = Int64($0)
        return dimension
      }
    return info
  }

  /// Appends an ONNX node whose output is `output`.
  @discardableResult
  mutating func append(
    _ operatorName: String, _ inputs: [String], to output: String,
    _ attributes: [ProtoAttribute] = []
  ) -> String {
    var node = ProtoNode()
    node.opType = operatorName
    node.name = output
    node.input = inputs
    node.output = [output]
    node.attribute = attributes
    graph.node.append(node)
    return output
  }

  /// Appends a stored tensor unless one of that name exists.
  @discardableResult
  mutating func store(_ name: String, _ type: ElementType, dims: [Int], bytes: Data) -> String {
    guard constants.insert(name).inserted else { return name }
    var tensor = ProtoTensor()
    tensor.name = name
    tensor.dataType = type.rawValue
    tensor.dims = dims.map(Int64.init)
    tensor.rawData = bytes
    graph.initializer.append(tensor)
    return name
  }

  mutating func store(_ name: String, _ values: [Float], dims: [Int]) -> String {
    let bits = values.map(\.bitPattern.littleEndian)
    return store(name, .float32, dims: dims, bytes: bits.withUnsafeBytes { Data($0) })
  }

  mutating func store(_ name: String, _ values: [Int], dims: [Int]? = nil) -> String {
    let words = values.map { Int64($0).littleEndian }
    return store(
      name, .int64, dims: dims ?? [values.count], bytes: words.withUnsafeBytes { Data($0) })
  }
}

extension ProtoAttribute {
  private init(_ name: String, type: Int32) {
    self.init()
    self.name = name
    self.type = type
  }

  static func float(_ name: String, _ value: Float) -> ProtoAttribute {
    var attribute = ProtoAttribute(name, type: 1)
    attribute.f = value
    return attribute
  }

  static func integer(_ name: String, _ value: Int) -> ProtoAttribute {
    var attribute = ProtoAttribute(name, type: 2)
    attribute.i = Int64(value)
    return attribute
  }

  static func flag(_ name: String, _ value: Bool) -> ProtoAttribute {
    integer(name, value ? 1 : 0)
  }

  static func string(_ name: String, _ value: String) -> ProtoAttribute {
    var attribute = ProtoAttribute(name, type: 3)
    attribute.s = Data(value.utf8)
    return attribute
  }

  static func integers(_ name: String, _ values: [Int]) -> ProtoAttribute {
    var attribute = ProtoAttribute(name, type: 7)
    attribute.ints = values.map(Int64.init)
    return attribute
  }
}

extension SignetModel.Operation {
  /// Whether ONNX describes the operation only since operator set 19.
  fileprivate var needsOperatorSet19: Bool {
    switch self {
    case .averagePool(let attributes): attributes.dilation != Size2D(1)
    case .pad(let attributes): attributes.mode == .wrap
    default: false
    }
  }
}

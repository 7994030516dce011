import Foundation
import SignetModel

/// Turns a model into ONNX's messages.
struct GraphWriter {
  let model: Model
  let encoding: ONNXExporter.Encoding
  var graph = ProtoGraph()
  private var constants: Set<String> = []
  private var names: ValueNames
  private let interface: ModelInterface

  /// The oldest operator set that describes all of the network, and is 17 or newer.
  let operatorSet: Int

  init(model: Model, encoding: ONNXExporter.Encoding) {
    self.model = model
    self.encoding = encoding
    interface = model.interface ?? .plain(model.graph)
    operatorSet = model.graph.nodes.map(\.operation.oldestOperatorSet).max() ?? 17
    names = ValueNames(model.graph, interface)
  }

  mutating func proto() -> ProtoModel {
    graph.name = "signet"
    graph.input = interface.inputs.map { Self.value($0.port) }
    for (input, known) in zip(model.graph.inputs, interface.inputs) { write(input, known) }
    for node in model.graph.nodes { write(node) }
    for (output, port) in zip(model.graph.outputs, interface.outputs) { write(output, port) }
    nameNodesApart()
    graph.output = interface.outputs.map(Self.value)
    var proto = ProtoModel()
    proto.irVersion = operatorSet > 18 ? 9 : 8
    proto.producerName = "signet"
    proto.graph = graph
    var set = ProtoOperatorSet()
    set.domain = ""
    set.version = Int64(operatorSet)
    proto.opsetImport = [set]
    proto.metadataProps = ExportNotes.entries(of: model).map { key, value in
      var entry = ProtoStringEntry()
      entry.key = key
      entry.value = value
      return entry
    }
    return proto
  }

  /// Makes the network's C×H×W in float32 of the file's input.
  private mutating func write(_ input: GraphInput, _ known: ModelInterface.Input) {
    let port = known.port
    var value = port.name
    if port.elementType != .float32 {
      value = append("Cast", [value], to: beside("\(port.name).float"), [.float32])
    }
    if known.isChannelsLast {
      let order = ProtoAttribute.integers("perm", [0, 3, 1, 2])
      value = append("Transpose", [value], to: beside("\(port.name).channels_first"), [order])
    } else if port.extents != input.shape.extents {
      value = reshape(value, to: input.shape.extents, to: beside("\(port.name).image"))
    }
    names.setInput(input.name, value)
  }

  /// Gives a result the extents and type of the file's output.
  private mutating func write(_ output: GraphOutput, _ port: ModelInterface.Port) {
    var value = name(of: output.value)
    guard value != port.name else { return }
    let steps = port.steps(from: model.graph.shape(of: output))
    for (index, step) in steps.enumerated() {
      let isLast = index == steps.count - 1
      let result = isLast ? port.name : beside("\(port.name).\(step)")
      switch step {
      case .reshape: value = reshape(value, to: port.extents, to: result)
      case .dropBatch:
        value = append(
          "Reshape", [value, store("\(result).extents", port.extents)], to: result)
      case .moveBatch:
        let axes = Array(1...max(1, port.extents.count))
        let order = axes[..<(port.batchAxis ?? 0)] + [0] + axes[(port.batchAxis ?? 0)...]
        value = append("Transpose", [value], to: result, [.integers("perm", Array(order))])
      case .cast:
        value = append(
          "Cast", [value], to: result, [.integer("to", Int(port.elementType.onnxCode))])
      case .name: value = append("Identity", [value], to: result)
      }
    }
  }

  /// Runtimes take no two nodes of one name.
  private mutating func nameNodesApart() {
    var taken: Set<String> = []
    for index in graph.node.indices {
      let name = graph.node[index].name
      if taken.insert(name).inserted { continue }
      graph.node[index].name = ValueNames.free(name, &taken)
    }
  }

  /// The ONNX value that stands for a node's.
  func name(of node: String) -> String { names[node] }

  /// A free name for a value that is no node's.
  mutating func beside(_ name: String) -> String { names.beside(name) }

  private static func value(_ port: ModelInterface.Port) -> ProtoValueInfo {
    var info = ProtoValueInfo()
    info.name = port.name
    info.type.tensorType.elemType = port.elementType.onnxCode
    var batch = ProtoTensorShape.Dimension()
    switch port.batch {
    case .free(let name): batch.dimParam = name ?? "batch"
    case .fixed(let extent): batch.dimValue = Int64(extent)
    }
    var dimensions = port.extents.map {
      var dimension = ProtoTensorShape.Dimension()
      dimension.dimValue = Int64($0)
      return dimension
    }
    if let axis = port.batchAxis { dimensions.insert(batch, at: axis) }
    info.type.tensorType.shape.dim = dimensions
    return info
  }

  /// The batch keeps its extent, which ONNX writes as 0.
  @discardableResult
  mutating func reshape(_ value: String, to extents: [Int], to output: String) -> String {
    append("Reshape", [value, store("\(output).extents", [0] + extents)], to: output)
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
    let name = beside(name)
    guard constants.insert(name).inserted else { return name }
    var tensor = ProtoTensor()
    tensor.name = name
    tensor.dataType = type.onnxCode
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

extension ModelInterface {
  /// For a network that came from no file.
  fileprivate static func plain(_ graph: Graph) -> ModelInterface {
    ModelInterface(
      inputs: graph.inputs.map { .init(port: port($0.name, $0.shape)) },
      outputs: graph.outputs.map { output in
        let isUnnamed = graph.isPlain && graph.shapes[scores] == nil
        return port(isUnnamed ? scores : output.name, graph.shape(of: output))
      })
  }

  private static func port(_ name: String, _ shape: Shape) -> Port {
    Port(name: name, elementType: .float32, batch: .free(name: nil), extents: shape.extents)
  }

  private static let scores = "logits"
}

extension ModelInterface.Port {
  /// What becomes of a value before it is the port's.
  enum Step {
    /// The extents behind the batch.
    case reshape
    /// A batch of one that has no axis.
    case dropBatch
    /// The batch to another axis than the first.
    case moveBatch
    case cast
    /// Nothing but the name.
    case name
  }

  fileprivate func steps(from shape: Shape) -> [Step] {
    var steps: [Step] = []
    if batchAxis == nil {
      steps.append(.dropBatch)
    } else if extents != shape.extents {
      steps.append(.reshape)
    }
    if batchAxis ?? 0 > 0 { steps.append(.moveBatch) }
    if elementType != .float32 { steps.append(.cast) }
    return steps.isEmpty ? [.name] : steps
  }

  /// Whether a value of `shape` is the port's as it is.
  func isPlain(_ shape: Shape) -> Bool { steps(from: shape) == [.name] }
}

extension ProtoAttribute {
  /// What a Cast casts to.
  static let float32 = ProtoAttribute.integer("to", Int(ElementType.float32.onnxCode))

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

extension NodeOperation {
  /// Since which operator set ONNX describes the operation; 17 for all before it.
  fileprivate var oldestOperatorSet: Int {
    switch self {
    case .averagePool(let attributes): attributes.dilation != Size2D(1) ? 19 : 17
    case .pad(let attributes): attributes.mode == .wrap ? 19 : 17
    case .resize(let attributes):
      attributes.coordinates == .halfPixelSymmetric ? 19 : attributes.antialiases ? 18 : 17
    case .activation(.elementary(let function)):
      switch function {
      case .gelu, .geluTanh: 20
      case .mish: 18
      default: 17
      }
    default: 17
    }
  }
}

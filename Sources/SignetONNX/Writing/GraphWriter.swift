import Foundation
import SignetModel

/// Turns a model into ONNX's messages.
struct GraphWriter {
  let model: Model
  let encoding: ONNXExporter.Encoding
  let operators: ONNXExporter.Operators
  var graph = ProtoGraph()
  private var constants: Set<String> = []
  private var names: ValueNames
  private(set) var transposed = TransposedLayers()
  /// The extents that runs choose; `nil` where the file has all of them written down.
  private(set) var open: OpenValues?
  /// Values that have one number each, by what it follows.
  var workedOut: [OpenExtent: String] = [:]
  let interface: ModelInterface

  /// The oldest operator set that describes all of the network, and is 17 or newer.
  let operatorSet: Int

  init(
    model: Model, encoding: ONNXExporter.Encoding = .bits,
    operators: ONNXExporter.Operators = .standard
  ) {
    self.model = model
    self.encoding = encoding
    self.operators = operators
    interface = model.interface ?? .plain(model.graph)
    operatorSet =
      (model.graph.nodes.map(\.operation.oldestOperatorSet) + [encoding.oldestOperatorSet]).max()
      ?? 17
    names = ValueNames(model.graph, interface)
  }

  mutating func proto() throws(ONNXError) -> ProtoModel {
    graph.name = "signet"
    let units: [OperatorUnit]
    (units, open) = self.units
    transposed = TransposedLayers(
      model.graph, written: units.compactMap(\.node), measured: open?.followed ?? [])
    graph.input = zip(interface.inputs, model.graph.inputs).map { known, input in
      Self.value(
        known.port, open: known.openAxes(open?.axes(of: input.name) ?? [], of: input.shape))
    }
    for (input, known) in zip(model.graph.inputs, interface.inputs) { write(input, known) }
    for unit in units { try write(unit) }
    for (output, port) in zip(model.graph.outputs, interface.outputs) { write(output, port) }
    nameNodesApart()
    graph.output = zip(interface.outputs, model.graph.outputs).map { port, output in
      Self.value(
        port,
        open: port.openAxes(open?.axes(of: output.value) ?? [], of: model.graph.shape(of: output)))
    }
    var proto = ProtoModel()
    proto.irVersion = encoding.oldestFileVersion ?? (operatorSet > 18 ? 9 : 8)
    proto.producerName = "signet"
    proto.graph = graph
    var set = ProtoOperatorSet()
    set.domain = ""
    set.version = Int64(operatorSet)
    proto.opsetImport = [set]
    if operators != .standard {
      set.domain = SignetOperator.domain
      set.version = Int64(SignetOperator.version)
      proto.opsetImport.append(set)
    }
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
      let extents = Self.leavingOne(extents(of: input.name))
      value = reshape(value, to: extents, to: beside("\(port.name).image"))
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
      case .reshape:
        let axes = port.openAxes(
          open?.axes(of: output.value) ?? [], of: model.graph.shape(of: output))
        let extents = port.extents.enumerated().map { axis, extent in
          WrittenNumber(usual: axes.contains(axis) ? -1 : extent)
        }
        value = reshape(value, to: extents, to: result)
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

  /// - Parameter open: axes of the port's extents that runs choose
  private static func value(_ port: ModelInterface.Port, open: [Int]) -> ProtoValueInfo {
    var info = ProtoValueInfo()
    info.name = port.name
    info.type.tensorType.elemType = port.elementType.onnxCode
    var batch = ProtoTensorShape.Dimension()
    switch port.batch {
    case .free(let name): batch.dimParam = name ?? "batch"
    case .fixed(let extent): batch.dimValue = Int64(extent)
    }
    var dimensions = port.extents.enumerated().map { axis, extent in
      var dimension = ProtoTensorShape.Dimension()
      if open.contains(axis) {
        dimension.dimParam = "\(port.name).\(axis + 1)"
      } else {
        dimension.dimValue = Int64(extent)
      }
      return dimension
    }
    if let axis = port.batchAxis { dimensions.insert(batch, at: axis) }
    info.type.tensorType.shape.dim = dimensions
    return info
  }

  /// The batch keeps its extent, which ONNX writes as 0.
  @discardableResult
  mutating func reshape(_ value: String, to extents: [WrittenNumber], to output: String) -> String {
    append(
      "Reshape", [value, list("\(output).extents", [WrittenNumber(usual: 0)] + extents)],
      to: output)
  }

  /// The extents with the one that is open left to the value, which ONNX writes as -1.
  private static func leavingOne(_ extents: [WrittenNumber]) -> [WrittenNumber] {
    extents.map { WrittenNumber(usual: $0.rule == nil ? $0.usual : -1) }
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
    store(name, typeCode: type.onnxCode, dims: dims, bytes: bytes)
  }

  /// - Parameter typeCode: `TensorProto.DataType`
  mutating func store(_ name: String, typeCode: Int32, dims: [Int], bytes: Data) -> String {
    let name = beside(name)
    guard constants.insert(name).inserted else { return name }
    var tensor = ProtoTensor()
    tensor.name = name
    tensor.dataType = typeCode
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

import Foundation
import SignetModel

/// Turns a model into an ML program.
///
/// The batch is the first axis of every value and has one sample.
struct ProgramWriter {
  /// Core ML 8: iOS 18 and macOS 15, the first with indices of one bit.
  static let operatorSet = "CoreML8"
  private static let specificationVersion: Int32 = 9
  /// Axes of a value, the batch included.
  static let rankLimit = 5

  let model: Model
  let exporter: CoreMLExporter
  /// Names the package in messages.
  let file: String
  let interface: ModelInterface
  var weights = WeightFile()
  private(set) var operations: [ProtoOperation] = []
  private var identifiers = Identifiers()
  /// By the network's names.
  private var values: [String: ProgramValue] = [:]

  init(model: Model, exporter: CoreMLExporter, file: String) {
    self.model = model
    self.exporter = exporter
    self.file = file
    interface = model.interface ?? .plain(model.graph)
  }

  mutating func proto() throws(CoreMLError) -> ProtoModel {
    var problems: [CoreMLError.Problem] = []
    // The program's own names come first: what is made on the way makes way.
    let inputNames = interface.inputs.map { identifiers.free($0.port.name) }
    let outputNames = interface.outputs.map { identifiers.free($0.name) }
    var entering: [ProgramInput] = []
    for ((input, known), name) in zip(zip(model.graph.inputs, interface.inputs), inputNames) {
      let taken = ProgramInput(input, known, of: model, takes: exporter.inputs, name: name)
      entering.append(taken)
      collect(input.name, &problems) { (writer) throws(ProgramProblem) in
        writer.values[input.name] = try writer.take(taken)
      }
    }
    for node in model.graph.nodes {
      collect(node.name, &problems) { (writer) throws(ProgramProblem) in
        writer.values[node.name] = try writer.write(node)
      }
      // What reads it is looked at all the same.
      if values[node.name] == nil { values[node.name] = placeholder(for: node.name) }
    }
    var outputs: [ProgramValue] = []
    for ((output, port), name) in zip(zip(model.graph.outputs, interface.outputs), outputNames) {
      collect(output.name, &problems) { (writer) throws(ProgramProblem) in
        outputs.append(try writer.leave(output, port, name: name))
      }
    }
    guard problems.isEmpty else { throw .unsupported(file: file, problems: problems) }
    return proto(entering, outputs)
  }

  private mutating func collect(
    _ name: String, _ problems: inout [CoreMLError.Problem],
    _ body: (inout ProgramWriter) throws(ProgramProblem) -> Void
  ) {
    do throws(ProgramProblem) {
      try body(&self)
    } catch {
      problems.append(.init(name: name, reason: error.reason))
    }
  }

  private func placeholder(for node: String) -> ProgramValue {
    ProgramValue(name: node, extents: extents(of: node), type: precision.type)
  }

  private func proto(_ inputs: [ProgramInput], _ outputs: [ProgramValue]) -> ProtoModel {
    var proto = ProtoModel()
    proto.specificationVersion = Self.specificationVersion
    proto.description_p.input = inputs.map(\.feature)
    proto.description_p.output = outputs.map { output in
      var feature = ProtoFeature()
      feature.name = output.name
      feature.type.multiArray = ProtoArrayFeature(extents: output.extents)
      return feature
    }
    proto.description_p.metadata = metadata
    var block = ProtoBlock()
    block.operations = operations
    block.outputs = outputs.map(\.name)
    var function = ProtoFunction()
    function.inputs = inputs.map(\.value.named)
    function.opset = Self.operatorSet
    function.blockSpecializations = [Self.operatorSet: block]
    proto.mlProgram.version = 1
    proto.mlProgram.functions = ["main": function]
    return proto
  }

  private var metadata: ProtoMetadata {
    var metadata = ProtoMetadata()
    metadata.shortDescription = "Written by Signet."
    if !model.labels.isEmpty {
      let encoder = JSONEncoder()
      encoder.outputFormatting = .withoutEscapingSlashes
      let names = (try? encoder.encode(model.labels)).map { String(decoding: $0, as: UTF8.self) }
      metadata.userDefined["classes"] = names
    }
    return metadata
  }

  var precision: CoreMLExporter.Precision { exporter.precision }

  /// Extents of one of the network's values, the batch included.
  func extents(of value: String) -> [Int] {
    [1] + (model.graph.shapes[value]?.extents ?? [])
  }

  /// What stands for one of the network's values.
  func value(of name: String) -> ProgramValue { values[name] ?? placeholder(for: name) }

  /// Appends an operation.
  ///
  /// - Parameters:
  ///   - extents: of its result, the batch included
  ///   - type: of its result; the program's precision unless given
  ///   - name: of its result; another where that is taken
  @discardableResult
  mutating func append(
    _ operation: String, _ operands: [(String, Operand)], extents: [Int],
    type: ProtoDataType? = nil, as name: String
  ) -> ProgramValue {
    append(
      operation, operands,
      to: ProgramValue(
        name: identifiers.free(name), extents: extents, type: type ?? precision.type))
  }

  /// Appends an operation whose result has that very name, which must be free.
  @discardableResult
  mutating func append(
    _ operation: String, _ operands: [(String, Operand)], to result: ProgramValue
  ) -> ProgramValue {
    var proto = ProtoOperation()
    proto.type = operation
    for (key, operand) in operands {
      proto.inputs[key] = argument(operand, as: "\(result.name)_\(key)")
    }
    proto.outputs = [result.named]
    proto.attributes["name"] = ProtoValue(text: result.name)
    operations.append(proto)
    return result
  }

  private mutating func argument(_ operand: Operand, as name: String) -> ProtoArgument {
    let names: [String]
    switch operand {
    case .value(let value): names = [value.name]
    case .values(let values): names = values.map(\.name)
    default:
      guard let value = ProtoValue(operand, precision) else { return ProtoArgument() }
      names = [constant(value, as: name)]
    }
    var argument = ProtoArgument()
    argument.arguments = names.map { name in
      var binding = ProtoArgument.Binding()
      binding.name = name
      return binding
    }
    return argument
  }

  /// - Returns: the constant's name
  private mutating func constant(_ value: ProtoValue, as name: String) -> String {
    var proto = ProtoOperation()
    let name = identifiers.free(name)
    proto.type = "const"
    proto.attributes = ["val": value]
    proto.attributes["name"] = ProtoValue(text: name)
    var result = ProtoNamedValueType()
    result.name = name
    result.type = value.type
    proto.outputs = [result]
    operations.append(proto)
    return name
  }

  /// A tensor that the program holds.
  mutating func constant(
    _ numbers: [Float], extents: [Int], as name: String
  ) throws(ProgramProblem) -> ProgramValue {
    let value = try stored(numbers, extents: extents)
    return ProgramValue(name: constant(value, as: name), extents: extents, type: precision.type)
  }

  /// Appends an operation all of whose operands are stored tensors: what it makes is a constant.
  mutating func appendConstant(
    _ operation: String, _ operands: [(String, ProtoValue)], extents: [Int], as name: String
  ) -> ProgramValue {
    let result = ProgramValue(name: identifiers.free(name), extents: extents, type: precision.type)
    var proto = ProtoOperation()
    proto.type = operation
    for (key, value) in operands {
      var binding = ProtoArgument.Binding()
      binding.value = value
      proto.inputs[key, default: ProtoArgument()].arguments = [binding]
    }
    proto.outputs = [result.named]
    proto.attributes["name"] = ProtoValue(text: result.name)
    operations.append(proto)
    return result
  }
}

/// Why one part of a network cannot be written; who writes the whole adds its name.
struct ProgramProblem: Error {
  let reason: String

  init(_ reason: String) { self.reason = reason }
}

extension ProtoArrayFeature {
  init(extents: [Int]) {
    self.init()
    shape = extents.map(Int64.init)
    dataType = .float32
  }
}

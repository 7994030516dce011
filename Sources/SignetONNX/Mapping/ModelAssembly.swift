import Foundation
import SignetModel

/// Puts a model together from a decoded file: its interface, its graph, its notes.
struct ModelAssembly {
  let proto: ProtoModel
  let file: URL
  let options: ONNXImporter.Options

  var name: String { file.lastPathComponent }

  func imported() throws(ONNXError) -> ImportedModel {
    try requireReasonableSize()
    let declared = networkInputs
    guard OpenSample([1], of: declared).symbols.isEmpty == false, options.inputExtents == nil,
      options.openExtents == nil
    else { return try assemble(try reading(sample: nil)) }
    return try assemble(try openReading(of: declared))
  }

  /// What the graph is given that is no stored tensor.
  private var networkInputs: [ProtoValueInfo] {
    let stored = Set(proto.graph.initializer.map(\.name))
    return proto.graph.input.filter { !stored.contains($0.name) }
  }

  /// The graph at one size.
  struct Reading {
    var graph: Graph
    let weights: [String: Weight]
    let interface: ModelInterface
    let image: NetworkInput
    let openAxes: [[Int]]
    /// Nodes whose padding the file leaves to their inputs, and whether what is odd goes behind.
    let samePadding: [String: Bool]
    let notes: ExportNotes
    let dataFiles: [URL]
    let cutEnd: CutEnd?
  }

  func reading(sample: OpenSample?) throws(ONNXError) -> Reading {
    let set = try versions()
    let notes = try ExportNotes(proto.metadataProps, file: name)
    var problems: [ONNXError.Problem] = []
    let initializers = storedTensors(&problems)
    let inputs = inputs(notes, sample, &problems)
    var (outputs, cut) = ending(&problems)
    let functions = functions(&problems)
    let given = Set(initializers.keys).union(proto.graph.input.map(\.name))
    let order = GraphOrder(
      proto.graph.node, given: given,
      wanted: options.output == nil && cut == nil ? nil : wanted(outputs, cut))
    problems += order.problems
    guard problems.isEmpty else {
      problems += unknownOperators(order.positions)
      throw .unsupported(file: name, problems: problems)
    }
    let externalData = ExternalData(model: file)
    var importer = GraphImporter(
      decoder: TensorDecoder(externalData: externalData), operatorSet: set,
      functions: functions, initializers: initializers,
      budget: budget(), declaredBatch: inputs.lazy.compactMap(\.declaredBatch).first)
    for input in inputs {
      importer.set(input.name, .activation(input.view))
      importer.shapes[input.name] = input.shape
    }
    for name in wanted(outputs, cut) { importer.readers[name, default: 0] += 1 }
    importer.run(proto.graph.node, in: order.positions)
    if let cut { importer.rename(cut.outputs, among: &outputs) }
    let (graph, views) = try importer.graph(
      inputs: inputs.map { GraphInput(name: $0.name, shape: $0.shape) },
      outputs: outputs.map(\.name), file: name)
    var weights = importer.weights
    if proto.producerName == "signet" {
      weights = CodesRecovery.recover(weights) { importer.value(of: $0)?.constant?.tensor }
    }
    let needed = Set(graph.parameters.map(\.name))
    let interface = ModelInterface(
      inputs: inputs.map { .init(port: $0.port, isChannelsLast: $0.isChannelsLast) },
      outputs: zip(outputs, views).map { port(of: $0, $1, like: inputs[0].port) })
    return Reading(
      graph: graph, weights: weights.filter { needed.contains($0.key) }, interface: interface,
      image: inputs[0], openAxes: inputs.map(\.openAxes), samePadding: importer.samePadding,
      notes: notes, dataFiles: externalData.files,
      cutEnd: cut.map { CutEnd(operators: $0.operators, outputs: graph.outputs.map(\.name)) })
  }

  /// What the file calls the outputs.
  private func wanted(_ outputs: [ProtoValueInfo], _ cut: SuppressionCut?) -> [String] {
    outputs.map { output in
      cut?.outputs.first { $0.name == output.name }?.value ?? output.name
    }
  }

  private func port(
    of output: ProtoValueInfo, _ view: View, like input: ModelInterface.Port
  ) -> ModelInterface.Port {
    let tensor = output.type.tensorType
    let type = ElementType(onnxCode: tensor.elemType) ?? .float32
    let axis = view.batchAxis
    let says = axis.map { tensor.shape.dim.indices.contains($0) } ?? false
    return ModelInterface.Port(
      name: output.name, elementType: type.isFloat ? type : .float32,
      batch: says ? output.batch(axis: axis ?? 0) : input.batch, batchAxis: axis,
      extents: view.dims)
  }

  /// More nodes than a network has, and than a model file can list.
  private static let maximumNodes = 1 << 16

  private func requireReasonableSize() throws(ONNXError) {
    let count = proto.graph.node.count
    guard count > Self.maximumNodes else { return }
    throw .unsupported(
      file: name,
      problems: [
        ONNXError.Problem(
          .tensor, node: proto.graph.name, operator: "nodes of", attribute: nil,
          expected: "at most \(Self.maximumNodes)", found: "\(count)")
      ])
  }

  /// - Returns: the operator set's version
  private func versions() throws(ONNXError) -> Int {
    let files = ONNXImporter.fileVersions
    guard !proto.hasIrVersion || files.contains(Int(proto.irVersion)) else {
      throw .fileVersion(
        file: name, expected: "\(files.lowerBound) to \(files.upperBound)", found: proto.irVersion)
    }
    let version = proto.opsetImport.first { $0.domain.isEmpty || $0.domain == "ai.onnx" }?.version
    let known = ONNXImporter.operatorSets
    guard let version, known.contains(Int(version)) else {
      throw .operatorSet(
        file: name, expected: "version \(known.lowerBound) to \(known.upperBound)",
        found: version ?? 0)
    }
    return Int(version)
  }

  private func storedTensors(_ problems: inout [ONNXError.Problem]) -> [String: ProtoTensor] {
    var tensors: [String: ProtoTensor] = [:]
    for tensor in proto.graph.initializer
    where tensors.updateValue(tensor, forKey: tensor.name) != nil {
      problems.append(
        ONNXError.Problem(
          .tensor, node: tensor.name, operator: "tensor", attribute: nil,
          expected: "a name of its own for each tensor", found: "two of that name"))
    }
    if !proto.graph.sparseInitializer.isEmpty {
      problems.append(
        ONNXError.Problem(
          .tensor, node: proto.graph.sparseInitializer[0].values.name, operator: "tensor",
          attribute: nil, expected: "a dense tensor", found: "a sparse one"))
    }
    return problems.count < GraphImporter.maximumProblems ? tensors : [:]
  }

  private func inputs(
    _ notes: ExportNotes, _ sample: OpenSample?,
    _ problems: inout [ONNXError.Problem]
  ) -> [NetworkInput] {
    let declared = networkInputs
    if declared.isEmpty {
      problems.append(
        ONNXError.Problem(
          .input, node: proto.graph.name, operator: "inputs of", attribute: nil,
          expected: "an input that is not a stored tensor", found: "none"))
    }
    if let name = options.inputExtents?.name, !declared.contains(where: { $0.name == name }) {
      let suggestion = closestName(to: name, among: declared.map(\.name))
      problems.append(
        ONNXError.Problem(
          .input, node: proto.graph.name, operator: "inputs of", attribute: nil,
          expected: "an input '\(name.printable)', as --input-shape says"
            + (suggestion.map { "; did you mean '\($0.printable)'?" } ?? ""),
          found: Self.listed(declared)))
      return []
    }
    let reader = InputReader(
      openExtents: options.openExtents, given: options.inputExtents, sample: sample,
      channelsLast: notes.channelsLast, channelsFirst: readWithChannelsFirst)
    var inputs: [NetworkInput] = []
    for input in declared {
      do throws(ONNXError.Problem) {
        inputs.append(try reader.read(input, isOnly: declared.count == 1))
      } catch {
        problems.append(error)
      }
    }
    return inputs
  }

  /// What is read by operators that have the channels in front of the extents of a map.
  private var readWithChannelsFirst: Set<String> {
    let operators: Set<String> = [
      "Conv", "ConvTranspose", "MaxPool", "AveragePool", "LpPool", "GlobalAveragePool",
      "GlobalMaxPool", "BatchNormalization", "InstanceNormalization", "LRN", "DepthToSpace",
      "SpaceToDepth",
    ]
    return Set(proto.graph.node.filter { operators.contains($0.opType) }.compactMap(\.input.first))
  }

  private static func listed(_ values: [ProtoValueInfo]) -> String {
    let names = values.prefix(20).map { "'\($0.name.printable)'" }.joined(separator: ", ")
    return names.isEmpty ? "none" : names
  }

  func outputs(_ problems: inout [ONNXError.Problem]) -> [ProtoValueInfo] {
    let outputs = proto.graph.output
    let expected: String
    if let wanted = options.output {
      if let output = outputs.first(where: { $0.name == wanted }) { return [output] }
      let suggestion = closestName(to: wanted, among: outputs.map(\.name))
      expected =
        "an output '\(wanted.printable)', as --output-name says"
        + (suggestion.map { "; did you mean '\($0.printable)'?" } ?? "")
    } else {
      if !outputs.isEmpty { return outputs }
      expected = "an output"
    }
    problems.append(
      ONNXError.Problem(
        .output, node: proto.graph.name, operator: "outputs of", attribute: nil,
        expected: expected, found: Self.listed(outputs)))
    return []
  }

  private func functions(
    _ problems: inout [ONNXError.Problem]
  ) -> [GraphImporter.FunctionKey: ImportedFunction] {
    var functions: [GraphImporter.FunctionKey: ImportedFunction] = [:]
    for function in proto.functions {
      let key = GraphImporter.FunctionKey(
        domain: function.domain, name: function.name, overload: function.overload)
      if functions[key] == nil {
        functions[key] = ImportedFunction(function, problems: &problems)
      }
    }
    return functions
  }

  /// Operators that are not taken whatever the input is, for a report of everything at once.
  private func unknownOperators(_ positions: [Int]) -> [ONNXError.Problem] {
    let keys = Set(proto.functions.map { "\($0.domain).\($0.name)" })
    var problems: [ONNXError.Problem] = []
    for position in positions where problems.count < GraphImporter.maximumProblems {
      let node = proto.graph.node[position]
      guard !keys.contains("\(node.domain).\(node.opType)") else { continue }
      // That such an end is refused has been said.
      if options.takesWhole, SuppressionCut.suppressors.contains(node.opType) { continue }
      do throws(NodeFailure) {
        try GraphImporter.requireKnown(node)
      } catch {
        problems.append(
          NodeContext(node: node, index: position, operatorSet: 0, inputs: []).problem(error))
      }
    }
    return problems
  }

  private func budget() -> ImportBudget {
    var budget = ImportBudget(fileNodes: proto.graph.node.count)
    let attributes = (proto.graph.node + proto.functions.flatMap(\.node)).flatMap(\.attribute)
    for tensor in proto.graph.initializer + attributes.filter(\.hasT).map(\.t) {
      let packed = PackedInteger(rawValue: tensor.dataType)
      guard let type = packed == nil ? ElementType(onnxCode: tensor.dataType) : .uint8 else {
        continue
      }
      budget.grant(bytes: tensor.storedByteCount, of: type)
    }
    return budget
  }

  private func assemble(_ reading: Reading) throws(ONNXError) -> ImportedModel {
    let (image, notes) = (reading.image, reading.notes)
    let said = options.preprocessing ?? notes.preprocessing
    // Bytes are taken as they are; only of float numbers it is not known what they stand for.
    let takesBytes = image.port.elementType == .uint8
    let plain =
      image.isImage ? Preprocessing.plain(image.shape, scale: takesBytes ? 1 : 1 / 255) : .none
    do {
      let model = try Model(
        graph: reading.graph, weights: reading.weights, preprocessing: said ?? plain,
        labels: options.labels.isEmpty ? notes.labels : options.labels,
        provenance: notes.provenance.adding(importStep(reading.cutEnd)),
        interface: reading.interface)
      return ImportedModel(
        model: model, assumesPreprocessing: said == nil && !takesBytes && image.isImage,
        dataFiles: reading.dataFiles, cutEnd: reading.cutEnd)
    } catch {
      throw .model(file: name, error)
    }
  }

  private func importStep(_ cutEnd: CutEnd?) -> Provenance.Step {
    let producer = [proto.producerName, proto.producerVersion].filter { !$0.isEmpty }
    var options = ["file": name, "producer": producer.joined(separator: " ")]
    options["cutOff"] = cutEnd.map { $0.operators.joined(separator: ", ") }
    return Provenance.Step(verb: "import", options: options)
  }
}

extension Preprocessing {
  /// Pixels without mean or deviation, for a network that takes `shape`.
  fileprivate static func plain(_ shape: Shape, scale: Float) -> Preprocessing {
    let channels = shape.channels == 1 ? 1 : 3
    return Preprocessing(
      channelOrder: channels == 1 ? .grey : .rgb, scale: scale,
      mean: [Float](repeating: 0, count: channels), std: [Float](repeating: 1, count: channels))
  }
}

import Foundation
import SignetModel

/// Puts a model together from a decoded file: its interface, its graph, its notes.
struct ModelAssembly {
  let proto: ProtoModel
  let file: URL
  let options: ONNXImporter.Options

  private var name: String { file.lastPathComponent }

  func imported() throws(ONNXError) -> ImportedModel {
    let set = try versions()
    let notes = try ExportNotes(proto.metadataProps, file: name)
    var problems: [ONNXError.Problem] = []
    let initializers = storedTensors(&problems)
    let input = input(initializers, &problems)
    let output = output(&problems)
    let functions = functions(&problems)
    let given = Set(initializers.keys).union(proto.graph.input.map(\.name))
    let order = GraphOrder(
      proto.graph.node, given: given, wanted: options.output == nil ? nil : output.map { [$0.name] }
    )
    problems += order.problems
    guard problems.isEmpty, let input, let output else {
      problems += unknownOperators(order.positions)
      throw .unsupported(file: name, problems: problems)
    }
    let externalData = ExternalData(model: file)
    var importer = GraphImporter(
      decoder: TensorDecoder(externalData: externalData), operatorSet: set,
      functions: functions, initializers: initializers,
      budget: budget(), declaredBatch: input.declaredBatch)
    importer.set(input.name, .activation(input.view))
    importer.shapes[Graph.inputName] = input.shape
    importer.readers[output.name, default: 0] += 1
    importer.run(proto.graph.node, in: order.positions)
    let (graph, extents) = try importer.graph(
      input: input.shape, output: output.name, file: name)
    var weights = importer.weights
    if proto.producerName == "signet" {
      weights = CodesRecovery.recover(weights) { importer.value(of: $0)?.constant?.tensor }
    }
    let type = ElementType(onnxCode: output.type.tensorType.elemType) ?? .float32
    let interface = ModelInterface(
      input: input.port, isChannelsLast: input.isChannelsLast,
      output: ModelInterface.Port(
        name: output.name, elementType: type.isFloat ? type : .float32,
        batch: output.type.tensorType.shape.dim.isEmpty ? input.port.batch : output.batch,
        extents: extents))
    return try assemble(graph, weights, notes, interface, dataFiles: externalData.files)
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

  private func input(
    _ initializers: [String: ProtoTensor], _ problems: inout [ONNXError.Problem]
  ) -> ImageInput? {
    do throws(ONNXError.Problem) {
      return try InputReader(openExtents: options.openExtents, given: options.inputExtents)
        .read(proto.graph.input.filter { initializers[$0.name] == nil })
    } catch {
      problems.append(error)
      return nil
    }
  }

  private func output(_ problems: inout [ONNXError.Problem]) -> ProtoValueInfo? {
    let outputs = proto.graph.output
    let names = outputs.prefix(20).map { "'\($0.name.printable)'" }.joined(separator: ", ")
    let expected: String
    if let wanted = options.output {
      if let output = outputs.first(where: { $0.name == wanted }) { return output }
      let suggestion = closestName(to: wanted, among: outputs.map(\.name))
      expected =
        "an output '\(wanted.printable)', as --output-name says"
        + (suggestion.map { "; did you mean '\($0.printable)'?" } ?? "")
    } else {
      if outputs.count == 1 { return outputs[0] }
      expected = "one output, which --output-name NAME chooses of several"
    }
    problems.append(
      ONNXError.Problem(
        .output, node: proto.graph.name, operator: "outputs of", attribute: nil,
        expected: expected, found: names.isEmpty ? "none" : names))
    return nil
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
      guard let type = ElementType(onnxCode: tensor.dataType) else { continue }
      budget.grant(bytes: tensor.storedByteCount, of: type)
    }
    return budget
  }

  private func assemble(
    _ graph: Graph, _ weights: [String: Weight], _ notes: ExportNotes, _ interface: ModelInterface,
    dataFiles: [URL]
  ) throws(ONNXError) -> ImportedModel {
    let needed = Set(
      graph.nodes.flatMap { node in
        node.operation.parameters.map { node.parameterName($0.role) }
      })
    let said = options.preprocessing ?? notes.preprocessing
    // Bytes are taken as they are; only of float numbers it is not known what they stand for.
    let takesBytes = interface.input.elementType == .uint8
    do {
      let model = try Model(
        graph: graph, weights: weights.filter { needed.contains($0.key) },
        preprocessing: said ?? .plain(graph.inputShape, scale: takesBytes ? 1 : 1 / 255),
        labels: options.labels.isEmpty ? notes.labels : options.labels,
        provenance: notes.provenance.adding(importStep()), interface: interface)
      return ImportedModel(
        model: model, assumesPreprocessing: said == nil && !takesBytes, dataFiles: dataFiles)
    } catch {
      throw .model(file: name, error)
    }
  }

  private func importStep() -> Provenance.Step {
    let producer = [proto.producerName, proto.producerVersion].filter { !$0.isEmpty }
    return Provenance.Step(
      verb: "import",
      options: ["file": name, "producer": producer.joined(separator: " ")])
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

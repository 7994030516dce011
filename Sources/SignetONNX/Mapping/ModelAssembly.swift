import Foundation
import SignetModel

/// Puts a model together from a decoded file: its interface, its graph, its notes.
struct ModelAssembly {
  let proto: ProtoModel
  let file: URL
  let options: ONNXImporter.Options

  private var name: String { file.lastPathComponent }

  func imported() throws(ONNXError) -> ImportedModel {
    let decoder = TensorDecoder(file: name, externalData: ExternalData(model: file))
    let set = try operatorSet()
    guard proto.graph.sparseInitializer.isEmpty else {
      throw .interface(file: name, expected: "dense tensors", found: "a sparse initializer")
    }
    var constants: [String: ImportedValue] = [:]
    var (stored, bytes) = (0, 0)
    for tensor in proto.graph.initializer {
      let constant = try decoder.decode(tensor)
      stored += constant.count
      bytes += constant.type == .uint8 ? constant.count : 0
      constants[tensor.name] = .constant(FoldedConstant(constant))
    }
    let input = try InputReader(file: name, openExtents: options.openExtents)
      .read(proto.graph.input.filter { constants[$0.name] == nil })
    let keys = proto.functions.map {
      GraphImporter.FunctionKey(domain: $0.domain, name: $0.name, overload: $0.overload)
    }
    var importer = GraphImporter(
      decoder: decoder, operatorSet: set,
      functions: Dictionary(zip(keys, proto.functions), uniquingKeysWith: { first, _ in first }),
      budget: FoldingBudget(storedElements: stored, storedBytes: bytes), declaredBatch: input.batch)
    importer.values = constants
    importer.values[input.name] = .activation(input.view)
    importer.shapes[Graph.inputName] = input.shape
    let output = try outputName()
    importer.readers[output, default: 0] += 1
    importer.run(proto.graph.node)
    let graph = try importer.graph(input: input.shape, output: output, file: name)
    var weights = importer.weights
    if proto.producerName == "signet" {
      weights = CodesRecovery.recover(weights, from: constants.compactMapValues(\.constant?.tensor))
    }
    return try assemble(graph, weights)
  }

  private func operatorSet() throws(ONNXError) -> Int {
    let version = proto.opsetImport.first { $0.domain.isEmpty || $0.domain == "ai.onnx" }?.version
    let known = ONNXImporter.operatorSets
    guard let version, known.contains(Int(version)) else {
      throw .operatorSet(
        file: name, expected: "version \(known.lowerBound) to \(known.upperBound)",
        found: version ?? 0)
    }
    return Int(version)
  }

  private func outputName() throws(ONNXError) -> String {
    let names = proto.graph.output.map(\.name)
    if let wanted = options.output {
      guard names.contains(wanted) else {
        throw .interface(
          file: name, expected: "an output '\(wanted)'", found: "\(names.prefix(20))")
      }
      return wanted
    }
    guard names.count == 1 else {
      throw .interface(
        file: name, expected: "one output, or the name of the one to take",
        found: "\(names.prefix(20))")
    }
    return names[0]
  }

  private func assemble(
    _ graph: Graph, _ weights: [String: Weight]
  ) throws(ONNXError) -> ImportedModel {
    let notes = Dictionary(
      proto.metadataProps.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
    let needed = Set(
      graph.nodes.flatMap { node in
        node.operation.parameters.map { node.parameterName($0.role) }
      })
    let said = options.preprocessing ?? ExportNotes.preprocessing(notes)
    do {
      let model = try Model(
        graph: graph, weights: weights.filter { needed.contains($0.key) },
        preprocessing: said ?? defaultPreprocessing(graph.inputShape),
        labels: options.labels.isEmpty ? ExportNotes.labels(notes) : options.labels,
        provenance: ExportNotes.provenance(notes).adding(importStep()))
      return ImportedModel(model: model, assumesPreprocessing: said == nil)
    } catch {
      throw .model(file: name, error)
    }
  }

  private func defaultPreprocessing(_ shape: Shape) -> Preprocessing {
    shape.channels == 1
      ? Preprocessing(channelOrder: .grey, mean: [0], std: [1]) : .unit
  }

  private func importStep() -> Provenance.Step {
    let producer = [proto.producerName, proto.producerVersion].filter { !$0.isEmpty }
    return Provenance.Step(
      verb: "import",
      options: ["file": name, "producer": producer.joined(separator: " ")])
  }
}

extension GraphImporter {
  /// The network behind `output`, without nodes that nothing reads.
  mutating func graph(
    input: Shape, output: String, file: String
  ) throws(ONNXError) -> Graph {
    if problems.isEmpty { reportOutput(output) }
    guard problems.isEmpty, let view = values[output]?.view else {
      throw .unsupported(file: file, problems: problems)
    }
    let name: String
    do throws(NodeFailure) {
      // Elements in order need no node, but a vector of scores shall be one by its shape too.
      let stands = view.isInOrder && view.dims.count > 1
      let resolved = stands ? view.node : try resolve(view)
      name =
        resolved == Graph.inputName
        ? try emit(output, .reshape(input), [resolved]).node : resolved
    } catch {
      let problem = ONNXError.Problem(
        node: output, operator: "output", attribute: error.attribute, expected: error.expected,
        found: error.found)
      throw .unsupported(file: file, problems: [problem])
    }
    do {
      return try Graph(inputShape: input, nodes: reachable(from: name), output: name)
    } catch {
      throw .graph(file: file, error)
    }
  }

  private mutating func reportOutput(_ output: String) {
    let found: String
    switch values[output] {
    case .activation: return
    case .constant: found = "a constant"
    case .sequence: found = "a sequence"
    case .absent, .failed, nil: found = "a value that is not computed"
    }
    problems.append(
      ONNXError.Problem(
        node: output, operator: "output", attribute: nil,
        expected: "a value computed from the image", found: found))
  }

  private func reachable(from output: String) -> [Node] {
    var needed: Set<String> = [output]
    var kept: [Node] = []
    for node in nodes.reversed() where needed.contains(node.name) {
      needed.formUnion(node.inputs)
      kept.append(node)
    }
    return kept.reversed()
  }
}

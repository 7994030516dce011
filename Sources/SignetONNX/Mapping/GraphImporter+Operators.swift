import Foundation
import SignetModel

/// Signet's own operators, which an export may have.
extension GraphImporter {
  static let signetMappings: [String: Mapping] = [
    SignetOperator.block.qualifiedName: { importer, context throws(NodeFailure) in
      try importer.block(context)
    },
    SignetOperator.convolution.qualifiedName: { importer, context throws(NodeFailure) in
      try importer.binaryLayer(context, isLinear: false)
    },
    SignetOperator.linear.qualifiedName: { importer, context throws(NodeFailure) in
      try importer.binaryLayer(context, isLinear: true)
    },
  ]

  /// The nodes of the network inside, in place of the one that runs it.
  private mutating func block(_ context: NodeContext) throws(NodeFailure) -> [ImportedValue] {
    let stored = try context.required(0, "model")
    let part = try Self.network(stored)
    let count = context.inputs.count - 1
    guard count == part.graph.inputs.count else {
      throw NodeFailure("inputs", expected: "\(part.graph.inputs.count)", found: count)
    }
    var names: [String: String] = [:]
    var shapes: [String: Shape] = [:]
    for (index, input) in part.graph.inputs.enumerated() {
      let view = try context.activation(index + 1)
      guard view.batch == .first else {
        throw NodeFailure("X", expected: "the batch first", found: view.batch.described)
      }
      shapes[input.name] = Shape(view.dims)
      names[input.name] = try resolve(view, as: Shape(view.dims))
    }
    let graph: Graph
    do {
      graph = try part.graph.resized(to: shapes)
    } catch {
      throw NodeFailure(graphError: error)
    }
    guard context.node.output.count <= graph.outputs.count else {
      throw NodeFailure(
        "outputs", expected: "\(graph.outputs.count)", found: context.node.output.count)
    }
    for node in graph.nodes {
      names[node.name] = try emit(node, of: part, inputs: node.inputs.compactMap { names[$0] })
    }
    return graph.outputs.compactMap { output in
      names[output.value].map { .activation(View(node: $0, base: graph.shape(of: output))) }
    }
  }

  private static func network(_ stored: ConstantTensor) throws(NodeFailure) -> Model {
    guard stored.type == .uint8, let bytes = stored.integers else {
      throw NodeFailure("model", expected: "bytes", found: stored.type)
    }
    do throws(ModelFileError) {
      return try Model(
        fileData: Data(bytes.map(UInt8.init(truncatingIfNeeded:))), path: "model")
    } catch {
      throw NodeFailure("model", expected: "a model file", found: error.defect)
    }
  }

  /// - Returns: the node's new name
  private mutating func emit(
    _ node: Node, of part: Model, inputs: [String]
  ) throws(NodeFailure) -> String {
    let name = try emit(node.name, node.operation, inputs).node
    for (role, _) in node.operation.parameters {
      guard let weight = part.weight(role, of: node) else { continue }
      try budget.claimWeight(weight.elementCount, role.rawValue)
      weights[Node(name, node.operation, inputs: []).parameterName(role)] = weight
    }
    if case .samePadding(let upper)? = part.graph.sizeRules[node.name] {
      samePadding[name] = upper
    }
    return name
  }
}

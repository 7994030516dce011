import SignetModel

/// A stretch of a network that is drawn as one: a node, and the nodes behind it that only one value
/// leads to and that change its numbers one by one.
struct GraphRow: Sendable {
  /// Forward order; empty for an input of the network.
  var nodes: [Node]
  var name: String
  var shape: Shape
  /// Rows that it reads, by their place.
  var inputs: [Int]
  /// The network's outputs that it gives, by name.
  var outputs: [String] = []

  /// What is done in it, in order.
  var operations: String {
    nodes.map { GraphRow.word($0.operation.kind.rawValue) }.joined(separator: " · ")
  }

  /// `globalAveragePool` as it is read: `global average pool`.
  static func word(_ name: String) -> String {
    name.reduce(into: "") { words, character in
      words += character.isUppercase ? " " + character.lowercased() : String(character)
    }
  }

  /// All of a network: its inputs, then its nodes.
  static func rows(of graph: Graph) -> [GraphRow] {
    var rows: [GraphRow] = []
    var places: [String: Int] = [:]
    for input in graph.inputs {
      places[input.name] = rows.count
      rows.append(GraphRow(nodes: [], name: input.name, shape: input.shape, inputs: []))
    }
    for node in graph.nodes {
      let shape = graph.shapes[node.name] ?? Shape([])
      let read = node.inputs.compactMap { places[$0] }
      if let value = node.inputs.first, node.inputs.count == 1, node.operation.isElementwise,
        let row = read.first, !rows[row].nodes.isEmpty, graph.consumers(of: value).count == 1,
        !graph.isOutput(value)
      {
        rows[row].nodes.append(node)
        rows[row].shape = shape
        places[node.name] = row
      } else {
        places[node.name] = rows.count
        let unique = read.reduce(into: [Int]()) { if !$0.contains($1) { $0.append($1) } }
        rows.append(GraphRow(nodes: [node], name: node.name, shape: shape, inputs: unique))
      }
    }
    for output in graph.outputs {
      if let row = places[output.value] { rows[row].outputs.append(output.name) }
    }
    return rows
  }
}

extension NodeOperation {
  /// Whether it needs no place of its own in a drawing.
  fileprivate var isElementwise: Bool {
    switch self {
    case .batchNorm, .relu, .dropout, .activation, .prelu, .affine, .flatten, .reshape: true
    default: false
    }
  }
}

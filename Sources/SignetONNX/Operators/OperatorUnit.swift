import SignetModel

/// What becomes one node of an ONNX file, or several of ONNX's own operators.
enum OperatorUnit {
  /// A node in ONNX's own operators.
  case node(Node)
  /// Nodes that one operator runs, whose values stay in the layout of its kernels.
  case block([Node])
  /// A binary layer with what is done with its results.
  case layer(FusedBinaryLayer)

  /// The node, if ONNX's own operators are to be made of it.
  var node: Node? {
    if case .node(let node) = self { node } else { nil }
  }
}

/// A binary layer, a sum with another value, and a bound of the results.
struct FusedBinaryLayer {
  let layer: Node
  let sum: Node?
  let activation: Node?

  /// In their order; the last one's value is the result.
  var nodes: [Node] { [layer, sum, activation].compactMap(\.self) }

  /// What is added.
  var residual: String? { sum?.inputs.first { $0 != layer.name } }

  /// - Parameter layer: of the graph, with binary weights
  init(_ layer: Node, in graph: Graph) {
    func next(_ node: Node) -> Node? {
      let readers = graph.consumers(of: node.name)
      return readers.count == 1 && !graph.isOutput(node.name) ? readers[0] : nil
    }
    var last = layer
    var sum: Node?
    if let node = next(last), node.operation == .add, node.inputs.count == 2,
      Set(node.inputs).count == 2
    {
      sum = node
      last = node
    }
    var activation: Node?
    if let node = next(last) {
      switch node.operation {
      case .relu: activation = node
      // Bounds that ONNX's floats cannot give back stay with ONNX's own operator.
      case .activation(.clip(let minimum?, let maximum?)) where minimum <= maximum:
        activation = node
      default: break
      }
    }
    self.layer = layer
    self.sum = sum
    self.activation = activation
  }
}

extension Model {
  /// The binary layers, each with what follows it closely, between nodes in ONNX's own operators.
  var binaryLayerUnits: [OperatorUnit] {
    var ends: [String: FusedBinaryLayer] = [:]
    var taken: Set<String> = []
    for node in graph.nodes where node.operation.isBinarizable && isBinary(node) {
      var fused = FusedBinaryLayer(node, in: graph)
      // Of two layers whose sum it is, the first has it.
      if let sum = fused.sum, taken.contains(sum.name) {
        fused = FusedBinaryLayer(alone: node)
      }
      taken.formUnion(fused.nodes.map(\.name))
      ends[fused.nodes[fused.nodes.count - 1].name] = fused
    }
    return graph.nodes.compactMap { node in
      if let fused = ends[node.name] { return .layer(fused) }
      return taken.contains(node.name) ? nil : .node(node)
    }
  }
}

extension FusedBinaryLayer {
  fileprivate init(alone layer: Node) {
    self.layer = layer
    sum = nil
    activation = nil
  }
}

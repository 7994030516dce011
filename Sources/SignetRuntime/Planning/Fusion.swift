import SignetModel

/// What follows a convolution or another step closely enough to be done with it.
struct Fusion {
  /// All nodes of the step, in graph order; the last one names the value.
  var nodes: [Node]
  var batchNorms: [Node] = []
  /// Name of the value that is added.
  var residual: String?
  /// What results are held within.
  var bounds: ValueBounds?

  var relu: Bool { bounds == .relu }
  var result: String { nodes[nodes.count - 1].name }
}

/// Who reads what in a graph.
struct GraphUses {
  let graph: Graph
  private let readers: [String: [Int]]
  private let positions: [String: Int]

  init(graph: Graph) {
    self.graph = graph
    var readers: [String: [Int]] = [:]
    var positions: [String: Int] = [:]
    for input in graph.inputs { positions[input.name] = -1 }
    for (index, node) in graph.nodes.enumerated() {
      positions[node.name] = index
      // A node that reads a value twice counts twice.
      for input in node.inputs { readers[input, default: []].append(index) }
    }
    self.readers = readers
    self.positions = positions
  }

  /// The node that reads `name`, if it is the only reader and the value is not the result.
  func soleReader(of name: String) -> Node? {
    guard !graph.isOutput(name), let indices = readers[name], indices.count == 1 else { return nil }
    return graph.nodes[indices[0]]
  }

  /// Collects the nodes that can be done together with `head`.
  ///
  /// - Parameter isLinear: whether `head` is a convolution or linear layer, whose epilogue takes
  ///   batch norm, a residual and a clip; other heads take a ReLU only.
  func fusion(from head: Node, isLinear: Bool) -> Fusion {
    var fusion = Fusion(nodes: [head])
    while let next = soleReader(of: fusion.result) {
      switch next.operation {
      case .dropout:
        break
      case .batchNorm where isLinear && fusion.residual == nil:
        fusion.batchNorms.append(next)
      case .add where isLinear && fusion.residual == nil && next.inputs.count == 2:
        guard let other = next.inputs.first(where: { $0 != fusion.result }),
          canPrecede(other, positions[head.name] ?? 0)
        else { return fusion }
        fusion.residual = other
      case .relu:
        fusion.nodes.append(next)
        fusion.bounds = .relu
        return fusion
      case .activation(.clip(let minimum, let maximum)) where isLinear:
        fusion.nodes.append(next)
        fusion.bounds = ValueBounds(low: minimum ?? -.infinity, high: maximum ?? .infinity)
        return fusion
      default:
        return fusion
      }
      fusion.nodes.append(next)
    }
    return fusion
  }

  /// Whether `value` can be ready before the node at `position`: it stands before it, or is made
  /// of what does by moving elements about (a shortcut that is sub-sampled and padded).
  private func canPrecede(_ value: String, _ position: Int) -> Bool {
    var value = value
    for _ in 0..<Self.longestShortcut {
      guard let own = positions[value] else { return false }
      guard own >= position else { return true }
      let node = graph.nodes[own]
      switch node.operation {
      case .pad, .slice, .dropout, .maxPool, .averagePool:
        guard let input = node.inputs.first else { return false }
        value = input
      default:
        return false
      }
    }
    return false
  }

  /// Operations on a shortcut that are looked through: a file may chain any number of them, beside
  /// any number of layers.
  private static let longestShortcut = 16
}

import SignetModel

/// Cuts a network into runs of connected nodes that one operator executes, and the rest.
///
/// A node's level counts how often the way to it changes from such nodes to others. Nodes of a run
/// have one level, so that no way between two of them leads through a node outside.
struct OperatorBlocks {
  private let graph: Graph
  private let isBinary: (Node) -> Bool
  /// Whether a run may have the node.
  private var isInner: [Bool] = []
  private var levels: [Int] = []
  /// Of each node the first one known to be of the same run.
  private var leaders: [Int]

  /// - Parameter takesAll: whether runs may have every node
  init(_ model: Model, takesAll: Bool = false) {
    graph = model.graph
    isBinary = model.isBinary
    leaders = Array(model.graph.nodes.indices)
    isInner = takesAll ? graph.nodes.map { _ in true } : Self.innerNodes(of: graph)
    for index in graph.nodes.indices { place(index) }
  }

  /// In an order in which each reads only what stands before it, without nodes that no output needs.
  var units: [OperatorUnit] {
    let needed = neededNodes
    var members: [Int: [Int]] = [:]
    for index in graph.nodes.indices where isInner[index] && needed[index] {
      members[leader(of: index), default: []].append(index)
    }
    var units: [(level: Int, isInner: Bool, first: Int, unit: OperatorUnit)] = []
    for index in graph.nodes.indices where needed[index] {
      let node = graph.nodes[index]
      guard isInner[index], let run = members[leader(of: index)],
        run.contains(where: { isBinary(graph.nodes[$0]) })
      else {
        units.append((levels[index], isInner[index], index, .node(node)))
        continue
      }
      guard run[0] == index else { continue }
      units.append((levels[index], true, index, .block(run.map { graph.nodes[$0] })))
    }
    // Of one level, runs may read what nodes outside make, never the other way round.
    return units.sorted {
      ($0.level, $0.isInner ? 1 : 0, $0.first) < ($1.level, $1.isInner ? 1 : 0, $1.first)
    }.map(\.unit)
  }

  private mutating func place(_ index: Int) {
    var level = 0
    let makers = graph.values(readBy: index).compactMap(graph.maker(of:))
    for maker in makers {
      level = max(level, levels[maker] + (isInner[maker] && !isInner[index] ? 1 : 0))
    }
    levels.append(level)
    guard isInner[index] else { return }
    for maker in makers where isInner[maker] && levels[maker] == level {
      let (one, other) = (leader(of: maker), leader(of: index))
      leaders[max(one, other)] = min(one, other)
    }
  }

  private var neededNodes: [Bool] {
    var isNeeded = graph.nodes.map { graph.isOutput($0.name) }
    for index in graph.nodes.indices.reversed() where isNeeded[index] {
      for maker in graph.values(readBy: index).compactMap(graph.maker(of:)) {
        isNeeded[maker] = true
      }
    }
    return isNeeded
  }

  private func leader(of index: Int) -> Int {
    var index = index
    while leaders[index] != index { index = leaders[index] }
    return index
  }

  /// Layers and what usually stands between them, and whatever lies between two layers.
  private static func innerNodes(of graph: Graph) -> [Bool] {
    let nodes = graph.nodes
    var followsLayer = nodes.map(\.operation.isBinarizable)
    var precedesLayer = followsLayer
    let makers = nodes.indices.map { graph.values(readBy: $0).compactMap(graph.maker(of:)) }
    for index in nodes.indices where makers[index].contains(where: { followsLayer[$0] }) {
      followsLayer[index] = true
    }
    for index in nodes.indices.reversed() where precedesLayer[index] {
      for maker in makers[index] { precedesLayer[maker] = true }
    }
    return nodes.indices.map {
      nodes[$0].operation.isUsualBetweenLayers || followsLayer[$0] && precedesLayer[$0]
    }
  }
}

extension NodeOperation {
  fileprivate var isUsualBetweenLayers: Bool {
    switch self {
    case .convolution, .linear, .batchNorm, .relu, .maxPool, .averagePool, .globalAveragePool, .add,
      .concatenate, .flatten, .dropout, .pad, .slice, .activation, .prelu, .affine, .multiply,
      .localResponseNorm, .spread, .resize, .gridSample:
      true
    case .softmax, .logSoftmax, .reshape, .transpose, .binary, .select, .reduce, .argExtreme,
      .normalize, .matrixProduct, .constant, .region, .selection:
      false
    }
  }
}

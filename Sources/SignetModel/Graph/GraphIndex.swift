/// Where the values of a graph are made and read, so that looking one up takes no walk.
struct GraphIndex: Sendable {
  /// Positions of nodes by name.
  private(set) var positions: [String: Int] = [:]
  /// Positions, in order, of the nodes that read a value, each once.
  private(set) var readers: [String: [Int]] = [:]

  init(_ nodes: [Node]) {
    positions.reserveCapacity(nodes.count)
    readers.reserveCapacity(nodes.count)
    for (position, node) in nodes.enumerated() {
      positions[node.name] = position
      for input in node.inputs where readers[input]?.last != position {
        readers[input, default: []].append(position)
      }
    }
  }
}

/// Where the values of a graph are made and read, so that looking one up takes no walk.
struct GraphIndex: Sendable {
  /// Positions of nodes by name.
  private(set) var positions: [String: Int] = [:]
  /// Positions, in order, of the nodes that read a value, each once.
  private(set) var readers: [String: [Int]] = [:]
  /// Values by name.
  private(set) var values: [String: ValueID] = [:]
  /// The network's inputs.
  let inputs: [ValueID]

  /// - Parameter inputs: names of the network's inputs
  init(_ nodes: [Node], inputs: [String]) {
    positions.reserveCapacity(nodes.count)
    readers.reserveCapacity(nodes.count)
    values.reserveCapacity(inputs.count + nodes.count)
    self.inputs = inputs.indices.map(ValueID.init)
    for (name, value) in zip(inputs, self.inputs) { values[name] = value }
    for (position, node) in nodes.enumerated() {
      positions[node.name] = position
      values[node.name] = value(madeBy: position)
      for input in node.inputs where readers[input]?.last != position {
        readers[input, default: []].append(position)
      }
    }
  }

  func value(madeBy node: Int) -> ValueID { ValueID(index: inputs.count + node) }

  /// The node that makes a value; `nil` for an input.
  func maker(of value: ValueID) -> Int? {
    value.index < inputs.count ? nil : value.index - inputs.count
  }
}

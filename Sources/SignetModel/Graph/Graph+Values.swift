/// The graph's values, for whoever runs it. Nodes go by their place in ``nodes``.
extension Graph {
  /// The network's inputs.
  package var inputValues: [ValueID] { index.inputs }

  /// What the network is run for.
  package var outputValues: [ValueID] { outputs.compactMap { value(named: $0.value) } }

  package func value(named name: String) -> ValueID? { index.values[name] }

  /// What a node reads, in its order.
  package func values(readBy node: Int) -> [ValueID] {
    nodes[node].inputs.compactMap(value(named:))
  }

  package func value(madeBy node: Int) -> ValueID { index.value(madeBy: node) }

  /// The node that makes a value; `nil` for an input of the network.
  package func maker(of value: ValueID) -> Int? { index.maker(of: value) }

  /// The shape of a value, without the batch.
  package func shape(of value: ValueID) -> Shape {
    guard let maker = maker(of: value) else { return inputs[value.index].shape }
    return shapes[nodes[maker].name] ?? inputShape
  }
}

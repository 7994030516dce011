import SignetModel

/// What a model's values are called in an ONNX file, where every value, stored tensors included, has
/// a name of its own.
struct ValueNames {
  /// Names of the network's values by node.
  private var names: [String: String] = [:]
  /// Nodes' values first: what is made beside them makes way.
  private var taken: Set<String>
  /// What was called otherwise than it was meant to be.
  private var renamed: [String: String] = [:]

  /// - Parameter interface: of the file
  init(_ graph: Graph, _ interface: ModelInterface) {
    taken = Set(interface.inputs.map(\.port.name) + interface.outputs.map(\.name))
    for (input, known) in zip(graph.inputs, interface.inputs) {
      names[input.name] = known.port.name
    }
    for (output, port) in zip(graph.outputs, interface.outputs)
    where names[output.value] == nil && port.isPlain(graph.shape(of: output)) {
      names[output.value] = port.name
    }
    for node in graph.nodes where names[node.name] == nil {
      names[node.name] = Self.free(node.name, &taken)
    }
  }

  /// The ONNX value that stands for a node's.
  subscript(node: String) -> String { names[node] ?? node }

  /// The value that nodes read as one of the network's inputs.
  mutating func setInput(_ input: String, _ name: String) { names[input] = name }

  /// A name for a value beside the nodes'; always the same for the same `name`.
  mutating func beside(_ name: String) -> String {
    if let known = renamed[name] { return known }
    let free = Self.free(name, &taken)
    renamed[name] = free
    return free
  }

  static func free(_ name: String, _ taken: inout Set<String>) -> String {
    var free = name.isEmpty ? "value" : name
    while !taken.insert(free).inserted { free += "_" }
    return free
  }
}

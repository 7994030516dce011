/// One operation of a graph. Its name also names the value it produces.
public struct Node: Hashable, Sendable {
  /// Unique in its graph, and the name of its value.
  public var name: String
  /// What it computes.
  public var operation: NodeOperation
  /// Names of the values it reads: the graph's input or earlier nodes.
  public var inputs: [String]

  /// A node; whether it fits its graph is checked when the graph is made.
  public init(_ name: String, _ operation: NodeOperation, inputs: [String]) {
    self.name = name
    self.operation = operation
    self.inputs = inputs
  }

  /// The name of one of the node's tensors in the weight table.
  public func parameterName(_ role: ParameterRole) -> String {
    "\(name).\(role.rawValue)"
  }
}

extension Node: Codable {
  private enum CodingKeys: String, CodingKey {
    case name, inputs
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    name = try container.decode(String.self, forKey: .name)
    inputs = try container.decode([String].self, forKey: .inputs)
    operation = try NodeOperation(from: decoder)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(name, forKey: .name)
    try container.encode(inputs, forKey: .inputs)
    try operation.encode(to: encoder)
  }
}

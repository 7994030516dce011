extension Graph: Codable {
  private enum CodingKeys: String, CodingKey {
    case inputs, nodes, outputs, sizeRules
    /// One unnamed input and one output, as all files had them before version 3.
    case inputShape, output
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let nodes = try container.decode([Node].self, forKey: .nodes)
    guard container.contains(.inputs) || container.contains(.outputs) else {
      try self.init(
        inputShape: container.decode(Shape.self, forKey: .inputShape), nodes: nodes,
        output: container.decode(String.self, forKey: .output))
      return
    }
    try self.init(
      inputs: container.decode([GraphInput].self, forKey: .inputs), nodes: nodes,
      outputs: container.decode([GraphOutput].self, forKey: .outputs),
      sizeRules: container.decodeIfPresent([String: SizeRule].self, forKey: .sizeRules) ?? [:])
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(nodes, forKey: .nodes)
    if isPlain {
      try container.encode(inputShape, forKey: .inputShape)
      try container.encode(output, forKey: .output)
    } else {
      try container.encode(inputs, forKey: .inputs)
      try container.encode(outputs, forKey: .outputs)
      if !sizeRules.isEmpty { try container.encode(sizeRules, forKey: .sizeRules) }
    }
  }

  /// Whether one unnamed input and one output are all there is to say.
  package var isPlain: Bool {
    inputs.count == 1 && inputs[0].name == Self.inputName && !isOpen && outputs.count == 1
      && outputs[0].name == outputs[0].value
  }
}

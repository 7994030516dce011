/// What a network's inputs and outputs were called and how they lay in memory where the network came
/// from. The network itself knows neither; it is kept so that an export can take the place of the
/// file it once was.
public struct ModelInterface: Hashable, Sendable {
  /// The axis of the samples.
  public enum Batch: Hashable, Sendable {
    /// Any number of images, under the name the file gives it.
    case free(name: String?)
    /// So many images, no more and no fewer.
    case fixed(Int)
  }

  /// A value that enters or leaves the network.
  public struct Port: Hashable, Sendable {
    /// Its name in the file.
    public var name: String
    /// The type of its elements in the file.
    public var elementType: ElementType
    /// How many samples it has.
    public var batch: Batch
    /// Which of the file's axes the samples are: the first, but for results of sequences, which have
    /// their steps there; `nil` where a batch of one has no axis.
    public var batchAxis: Int?
    /// Extents without the batch, in the file's order.
    public var extents: [Int]

    /// A port as the file has it.
    public init(
      name: String, elementType: ElementType, batch: Batch, batchAxis: Int? = 0, extents: [Int]
    ) {
      self.name = name
      self.elementType = elementType
      self.batch = batch
      self.batchAxis = batchAxis
      self.extents = extents
    }
  }

  /// A value that enters the network.
  public struct Input: Hashable, Sendable {
    /// What the file says of it.
    public var port: Port
    /// Whether the input is H×W×C where the network's is C×H×W.
    public var isChannelsLast: Bool

    /// An input as the file has it.
    public init(port: Port, isChannelsLast: Bool = false) {
      self.port = port
      self.isChannelsLast = isChannelsLast
    }
  }

  /// As many as the network has, in its order.
  public var inputs: [Input]
  /// As many as the network has, in its order.
  public var outputs: [Port]

  /// Input and output as the file has them.
  public init(inputs: [Input], outputs: [Port]) {
    self.inputs = inputs
    self.outputs = outputs
  }

  /// Whether inputs and outputs are those of `graph` under other extents.
  func fits(_ graph: Graph) -> Bool {
    inputs.count == graph.inputs.count && outputs.count == graph.outputs.count
      && zip(inputs, graph.inputs).allSatisfy { $0.fits($1.shape) }
      && zip(outputs, graph.outputs).allSatisfy { port, output in
        Shape(port.extents).checkedElementCount == graph.shape(of: output).elementCount
      }
  }
}

extension ModelInterface.Input {
  fileprivate func fits(_ shape: Shape) -> Bool {
    let isInOrder = !isChannelsLast || port.extents == [shape.height, shape.width, shape.channels]
    return isInOrder && Shape(port.extents).checkedElementCount == shape.elementCount
  }
}

extension ModelInterface: Codable {
  private enum CodingKeys: String, CodingKey {
    case inputs, outputs
    /// Of a network with one of each.
    case input, isChannelsLast, output
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    guard container.contains(.inputs) || container.contains(.outputs) else {
      let input = Input(
        port: try container.decode(Port.self, forKey: .input),
        isChannelsLast: try container.decode(Bool.self, forKey: .isChannelsLast))
      self.init(inputs: [input], outputs: [try container.decode(Port.self, forKey: .output)])
      return
    }
    self.init(
      inputs: try container.decode([Input].self, forKey: .inputs),
      outputs: try container.decode([Port].self, forKey: .outputs))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    if inputs.count == 1, outputs.count == 1 {
      try container.encode(inputs[0].port, forKey: .input)
      try container.encode(inputs[0].isChannelsLast, forKey: .isChannelsLast)
      try container.encode(outputs[0], forKey: .output)
    } else {
      try container.encode(inputs, forKey: .inputs)
      try container.encode(outputs, forKey: .outputs)
    }
  }
}

extension ModelInterface.Input: Codable {}

extension ModelInterface.Port: Codable {
  private enum CodingKeys: String, CodingKey {
    case name, elementType, batchName, batchExtent, batchAxis, extents
  }

  /// Stands for no axis.
  private static let noAxis = -1

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    name = try container.decode(String.self, forKey: .name)
    elementType = try container.decode(ElementType.self, forKey: .elementType)
    extents = try container.decode([Int].self, forKey: .extents)
    let axis = try container.decodeIfPresent(Int.self, forKey: .batchAxis) ?? 0
    guard (Self.noAxis...extents.count).contains(axis) else {
      throw DecodingError.dataCorruptedError(
        forKey: .batchAxis, in: container,
        debugDescription: "expected an axis of \(extents.count + 1), found \(axis)")
    }
    batchAxis = axis == Self.noAxis ? nil : axis
    if let extent = try container.decodeIfPresent(Int.self, forKey: .batchExtent) {
      batch = .fixed(extent)
    } else {
      batch = .free(name: try container.decodeIfPresent(String.self, forKey: .batchName))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(name, forKey: .name)
    try container.encode(elementType, forKey: .elementType)
    try container.encode(extents, forKey: .extents)
    if batchAxis != 0 { try container.encode(batchAxis ?? Self.noAxis, forKey: .batchAxis) }
    switch batch {
    case .free(let name): try container.encodeIfPresent(name, forKey: .batchName)
    case .fixed(let extent): try container.encode(extent, forKey: .batchExtent)
    }
  }
}

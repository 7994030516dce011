/// What a network's input and output were called and how they lay in memory where the network came
/// from. The network itself knows neither; it is kept so that an export can take the place of the
/// file it once was.
public struct ModelInterface: Hashable, Sendable, Codable {
  /// The first axis.
  public enum Batch: Hashable, Sendable {
    /// Any number of images, under the name the file gives it.
    case free(name: String?)
    case fixed(Int)
  }

  public struct Port: Hashable, Sendable {
    public var name: String
    public var elementType: ElementType
    public var batch: Batch
    /// Extents behind the batch, in the file's order.
    public var extents: [Int]

    public init(name: String, elementType: ElementType, batch: Batch, extents: [Int]) {
      self.name = name
      self.elementType = elementType
      self.batch = batch
      self.extents = extents
    }
  }

  public var input: Port
  /// Whether the input is H×W×C where the network's is C×H×W.
  public var isChannelsLast: Bool
  public var output: Port

  public init(input: Port, isChannelsLast: Bool, output: Port) {
    self.input = input
    self.isChannelsLast = isChannelsLast
    self.output = output
  }

  /// Whether input and output are those of `graph` under other extents.
  func fits(_ graph: Graph) -> Bool {
    let (input, shape) = (Shape(input.extents), graph.inputShape)
    let isInOrder =
      !isChannelsLast || input.extents == [shape.height, shape.width, shape.channels]
    return isInOrder && input.checkedElementCount == shape.elementCount
      && Shape(output.extents).checkedElementCount == graph.outputShape.elementCount
  }
}

extension ModelInterface.Port: Codable {
  private enum CodingKeys: String, CodingKey {
    case name, elementType, batchName, batchExtent, extents
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    name = try container.decode(String.self, forKey: .name)
    elementType = try container.decode(ElementType.self, forKey: .elementType)
    extents = try container.decode([Int].self, forKey: .extents)
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
    switch batch {
    case .free(let name): try container.encodeIfPresent(name, forKey: .batchName)
    case .fixed(let extent): try container.encode(extent, forKey: .batchExtent)
    }
  }
}

/// What a network's input and output were called and how they lay in memory where the network came
/// from. The network itself knows neither; it is kept so that an export can take the place of the
/// file it once was.
public struct ModelInterface: Hashable, Sendable, Codable {
  /// The first axis.
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
    /// Its first axis.
    public var batch: Batch
    /// Extents behind the batch, in the file's order.
    public var extents: [Int]

    /// A port as the file has it.
    public init(name: String, elementType: ElementType, batch: Batch, extents: [Int]) {
      self.name = name
      self.elementType = elementType
      self.batch = batch
      self.extents = extents
    }
  }

  /// The image.
  public var input: Port
  /// Whether the input is H×W×C where the network's is C×H×W.
  public var isChannelsLast: Bool
  /// The result.
  public var output: Port

  /// Input and output as the file has them.
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

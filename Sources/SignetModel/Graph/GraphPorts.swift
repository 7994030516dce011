/// A value that the network is given.
public struct GraphInput: Hashable, Sendable {
  /// The name under which nodes read it.
  public var name: String
  /// Without the batch: `C×H×W` of an image.
  public var shape: Shape
  /// Axes of ``shape`` whose extents a run may choose, ascending; the shape has usual ones there.
  public var openAxes: [Int]

  /// An input; the graph checks name, shape and axes.
  public init(name: String, shape: Shape, openAxes: [Int] = []) {
    self.name = name
    self.shape = shape
    self.openAxes = openAxes
  }
}

/// A value that the network gives.
public struct GraphOutput: Hashable, Sendable, Codable {
  /// What the outside calls it.
  public var name: String
  /// The node whose value it is.
  public var value: String

  /// An output; the graph checks that the value is there.
  public init(name: String, value: String) {
    self.name = name
    self.value = value
  }
}

extension GraphInput: Codable {
  private enum CodingKeys: String, CodingKey {
    case name, shape, openAxes
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      name: try container.decode(String.self, forKey: .name),
      shape: try container.decode(Shape.self, forKey: .shape),
      openAxes: try container.decodeIfPresent([Int].self, forKey: .openAxes) ?? [])
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(name, forKey: .name)
    try container.encode(shape, forKey: .shape)
    if !openAxes.isEmpty { try container.encode(openAxes, forKey: .openAxes) }
  }
}

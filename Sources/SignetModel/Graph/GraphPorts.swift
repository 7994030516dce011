/// A value that the network is given.
public struct GraphInput: Hashable, Sendable, Codable {
  /// The name under which nodes read it.
  public var name: String
  /// Without the batch: `C×H×W` of an image.
  public var shape: Shape

  public init(name: String, shape: Shape) {
    self.name = name
    self.shape = shape
  }
}

/// A value that the network gives.
public struct GraphOutput: Hashable, Sendable, Codable {
  /// What the outside calls it.
  public var name: String
  /// The node whose value it is.
  public var value: String

  public init(name: String, value: String) {
    self.name = name
    self.value = value
  }
}

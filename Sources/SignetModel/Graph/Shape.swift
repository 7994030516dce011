/// The shape of one value for one image, without the batch dimension: `C×H×W` for a feature map,
/// `C` for a vector. Batches are always free.
public struct Shape: Hashable, Sendable, Codable {
  /// Extents, outermost first: `[C, H, W]` or `[C]`. All positive in a validated graph.
  public let extents: [Int]

  /// Any extents; whether they make sense is checked where the shape is used.
  public init(_ extents: [Int]) {
    self.extents = extents
  }

  /// A feature map of `channels`×`height`×`width`.
  public static func map(_ channels: Int, _ height: Int, _ width: Int) -> Shape {
    Shape([channels, height, width])
  }

  /// A vector of `channels` numbers.
  public static func vector(_ channels: Int) -> Shape {
    Shape([channels])
  }

  /// Whether it has three extents, `C×H×W`.
  public var isMap: Bool { extents.count == 3 }
  /// The first extent: channels of a map, elements of a vector.
  public var channels: Int { extents.first ?? 0 }
  /// Height of a feature map; 1 for a vector.
  public var height: Int { isMap ? extents[1] : 1 }
  /// Width of a feature map; 1 for a vector.
  public var width: Int { isMap ? extents[2] : 1 }

  /// Number of elements, or `nil` if an extent is not positive or the product passes `Int.max`.
  public var checkedElementCount: Int? {
    var product = 1
    for extent in extents {
      guard extent > 0 else { return nil }
      let (value, overflow) = product.multipliedReportingOverflow(by: extent)
      guard !overflow else { return nil }
      product = value
    }
    return product
  }

  /// Number of elements of a validated shape.
  public var elementCount: Int { extents.reduce(1, &*) }

  public init(from decoder: any Decoder) throws {
    self.init(try decoder.singleValueContainer().decode([Int].self))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(extents)
  }
}

extension Shape: CustomStringConvertible {
  public var description: String {
    extents.map(String.init).joined(separator: "×")
  }
}

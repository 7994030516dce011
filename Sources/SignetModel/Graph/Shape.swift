/// The shape of one value for one sample, without the batch dimension: `C×H×W` for a feature map,
/// `C` for a vector, or any other of one to five extents. Batches are always free.
///
/// Every value can be read as a map: that of one extent has one row and column, that of two one
/// row, and of more than three the middle ones together are the rows.
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

  /// How many extents a value may have.
  public static let ranks = 1...5

  /// Whether it has three extents, `C×H×W`.
  public var isMap: Bool { extents.count == 3 }
  /// Whether it has one extent.
  public var isVector: Bool { extents.count == 1 }

  /// Whether the value looks like an image whose channels lie innermost, `H×W×C`.
  public var isChannelsLastMap: Bool {
    isMap && [1, 3].contains(extents[2]) && min(extents[0], extents[1]) > 4
  }

  /// The first extent: channels of a map, elements of a vector.
  public var channels: Int { extents.first ?? 0 }
  /// Rows of the value read as a map; 1 for a vector.
  public var height: Int { extents.dropFirst().dropLast().reduce(1, &*) }
  /// Columns of the value read as a map; 1 for a vector.
  public var width: Int { extents.count > 1 ? extents[extents.count - 1] : 1 }

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

/// One trained tensor of a model.
public struct Weight: Sendable, Hashable {
  /// How the numbers are kept.
  public enum Storage: Sendable, Hashable {
    case float32(FloatValues)
    /// Codes and scales; the tensor's first extent counts filters, the rest is the patch.
    case binary(BinaryCodes)
  }

  /// The tensor's shape as its operation sees it, e.g. `O×I×kH×kW`.
  public let shape: [Int]
  public let storage: Storage

  /// - Throws: ``WeightError`` if the storage does not hold exactly the shape's elements.
  public init(shape: [Int], storage: Storage) throws(WeightError) {
    guard let expected = Shape(shape).checkedElementCount else { throw .shape(shape) }
    switch storage {
    case .float32(let values):
      guard values.count == expected else {
        throw .elementCount(part: "values", expected: expected, found: values.count)
      }
    case .binary(let codes):
      guard codes.filterCount * codes.patchLength == expected, codes.filterCount == shape.first
      else {
        throw .elementCount(
          part: "codes", expected: expected, found: codes.filterCount * codes.patchLength)
      }
    }
    self.shape = shape
    self.storage = storage
  }

  public init(shape: [Int], values: [Float]) throws(WeightError) {
    try self.init(shape: shape, storage: .float32(FloatValues(values)))
  }

  public var elementCount: Int { Shape(shape).elementCount }

  public var isBinary: Bool { codes != nil }

  public var codes: BinaryCodes? {
    if case .binary(let codes) = storage { codes } else { nil }
  }

  /// The tensor in float32, codes expanded, in row-major order.
  public var floats: [Float] {
    switch storage {
    case .float32(let values): values.array
    case .binary(let codes): codes.expanded
    }
  }

  /// Bytes the tensor takes in a model file.
  public var storedByteCount: Int {
    switch storage {
    case .float32(let values): values.count * 4
    case .binary(let codes): codes.bytes.count + codes.scales.count * 4
    }
  }
}

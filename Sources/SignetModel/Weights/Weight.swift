/// One trained tensor of a model.
public struct Weight: Sendable, Hashable {
  /// How the numbers are kept.
  public enum Storage: Sendable, Hashable {
    /// Numbers, in float32 or float16.
    case float(FloatValues)
    /// 8-bit codes and scales; the tensor's first extent counts filters, the rest is the patch.
    case int8(Int8Filters)
    /// 1-bit codes and scales; the tensor's first extent counts filters, the rest is the patch.
    case binary(BinaryCodes)
  }

  /// The tensor's shape as its operation sees it, e.g. `O×I×kH×kW`.
  public let shape: [Int]
  /// The numbers, or the codes that stand for them.
  public let storage: Storage

  /// - Throws: ``WeightError`` if the storage does not hold exactly the shape's elements.
  public init(shape: [Int], storage: Storage) throws(WeightError) {
    guard let expected = Shape(shape).checkedElementCount else { throw .shape(shape) }
    let (part, filters, found): (String, Int?, Int) =
      switch storage {
      case .float(let values): ("values", shape.first, values.count)
      case .int8(let filters):
        ("int8 codes", filters.filterCount, filters.filterCount * filters.patchLength)
      case .binary(let codes): ("codes", codes.filterCount, codes.filterCount * codes.patchLength)
      }
    guard found == expected, filters == shape.first else {
      throw .elementCount(part: part, expected: expected, found: found)
    }
    if case .binary(let codes) = storage, let scales = codes.inputScales,
      shape.count < 2 || shape[1] != scales.channelCount
    {
      throw .elementCount(
        part: "channels of the input scales", expected: shape.dropFirst().first ?? 1,
        found: scales.channelCount)
    }
    self.shape = shape
    self.storage = storage
  }

  /// Numbers in row-major order.
  ///
  /// - Throws: ``WeightError`` if there are not exactly the shape's elements.
  public init(shape: [Int], values: [Float]) throws(WeightError) {
    try self.init(shape: shape, storage: .float(FloatValues(values)))
  }

  /// The product of the shape's extents.
  public var elementCount: Int { Shape(shape).elementCount }

  /// Whether the numbers are kept as 1-bit codes.
  public var isBinary: Bool { codes != nil }

  /// Whether the numbers are kept as such, without codes.
  public var isFloat: Bool {
    if case .float = storage { true } else { false }
  }

  /// The 1-bit codes, or `nil` where it is kept otherwise.
  public var codes: BinaryCodes? {
    if case .binary(let codes) = storage { codes } else { nil }
  }

  /// The tensor in float32, codes expanded, in row-major order.
  public var floats: [Float] {
    switch storage {
    case .float(let values): values.array
    case .int8(let filters): filters.expanded
    case .binary(let codes): codes.expanded
    }
  }

  /// Bits one element takes, scales aside: the mean, where filters have different numbers of codes.
  public var bitsPerElement: Double {
    switch storage {
    case .float(let values): Double(values.elementType.byteCount * 8)
    case .int8: 8
    case .binary(let codes): Double(codes.rows.count) / Double(codes.filterCount)
    }
  }

  /// Bytes the tensor takes in a model file.
  public var storedByteCount: Int {
    switch storage {
    case .float(let values): values.byteCount
    case .int8(let filters): filters.bytes.count + filters.scales.byteCount
    case .binary(let codes):
      codes.bytes.count + codes.scales.byteCount + (codes.constants?.byteCount ?? 0)
        + (codes.inputScales?.values.byteCount ?? 0)
        + (codes.rows.areEqual ? 0 : codes.filterCount)
    }
  }
}

/// Why bytes are not the tensor they are said to be.
public enum WeightError: Error, Hashable, Sendable, CustomStringConvertible {
  /// `part` holds `found` elements where the shape asks for `expected`.
  case elementCount(part: String, expected: Int, found: Int)
  /// The tensor's shape has an extent below 1, or too many elements to count.
  case shape([Int])
  /// An extent is not positive, or there are too many elements to count.
  case extents(codes: Int, filters: Int, patchLength: Int)
  /// A filter without codes, or with more than a file can count.
  case codeCount(filter: Int, found: Int, limit: Int)
  /// Input scales that are not those of whole groups of so many channels.
  case inputScales(channels: Int, found: Int)
  /// Input scales that are not those of so many filters of so many elements.
  case inputScalesOfOthers(channels: Int, groups: Int, filters: Int, patchLength: Int)
  /// A bit past the end of a filter's patch is set.
  case paddingBits(filter: Int)
  /// An 8-bit code is outside −127…127.
  case code(index: Int, found: Int8)
  /// A number that cannot be rounded to a code, or that folding made of finite ones.
  case notFinite(index: Int, found: Float)

  public var description: String {
    switch self {
    case .elementCount(let part, let expected, let found):
      "\(part): expected \(expected) elements, found \(found)"
    case .shape(let shape):
      "expected positive extents, found \(Shape(shape))"
    case .extents(let codes, let filters, let patchLength):
      "codes: expected positive extents, found \(codes)×\(filters)×\(patchLength)"
    case .codeCount(let filter, let found, let limit):
      "codes of filter \(filter): expected 1 to \(limit), found \(found)"
    case .inputScales(let channels, let found):
      "input scales: expected a multiple of \(channels) channels, found \(found)"
    case .inputScalesOfOthers(let channels, let groups, let filters, let patchLength):
      "input scales of \(groups) groups of \(channels) channels: expected as many groups in "
        + "\(filters) filters and channels in \(patchLength) elements"
    case .paddingBits(let filter):
      "codes: a bit past the end of filter \(filter) is set"
    case .code(let index, let found):
      "int8 codes, element \(index): expected -127 to 127, found \(found)"
    case .notFinite(let index, let found):
      "element \(index): expected a finite number, found \(found)"
    }
  }
}

/// What a user says of an input whose file leaves extents open, as `NAME:1x3x224x224`.
public struct InputExtents: Hashable, Sendable {
  /// The input it is said of; `nil` if the file has but one.
  public let name: String?
  /// In the file's own order; the batch may be left out.
  public let extents: [Int]

  /// Extents of the input `name`, or of the only one.
  public init(name: String? = nil, extents: [Int]) {
    self.name = name
    self.extents = extents
  }

  /// Reads `3x224x224`, `1,3,224,224` or either after a name and a colon; a name may have colons of
  /// its own.
  public init?(_ text: String) {
    let colon = text.lastIndex(of: ":")
    let numbers = text[(colon.map(text.index(after:)) ?? text.startIndex)...]
    let parts = numbers.split(omittingEmptySubsequences: false) { "x×X,".contains($0) }
    let extents = parts.compactMap { Int($0.drop { $0 == " " }) }
    guard extents.count == parts.count, extents.allSatisfy({ (1...1 << 31).contains($0) }) else {
      return nil
    }
    let name = colon.map { String(text[..<$0]) }
    guard name != "" else { return nil }
    self.init(name: name, extents: extents)
  }
}

/// Many short texts, such as paths, in one block of bytes: a million strings would take ten times as
/// much memory.
struct PathTable: Sendable, Hashable {
  /// UTF-8, one text after the other
  private(set) var bytes: [UInt8] = []
  /// Where each text ends in `bytes`.
  private(set) var ends: [Int] = []

  init() {}

  init(_ texts: some Sequence<String>) {
    for text in texts { append(text.utf8) }
  }

  /// `nil` where the ends are not those of texts in `bytes`.
  init?(bytes: [UInt8], ends: [Int]) {
    guard ends.last ?? 0 == bytes.count, ends.first ?? 0 >= 0,
      zip(ends, ends.dropFirst()).allSatisfy({ $0 <= $1 })
    else { return nil }
    self.bytes = bytes
    self.ends = ends
  }

  var count: Int { ends.count }

  subscript(index: Int) -> String {
    String(decoding: bytes[(index == 0 ? 0 : ends[index - 1])..<ends[index]], as: UTF8.self)
  }

  mutating func append(_ text: some Collection<UInt8>) {
    bytes += text
    ends.append(bytes.count)
  }

  mutating func append(folder: [UInt8], name: some Collection<UInt8>) {
    if !folder.isEmpty {
      bytes += folder
      bytes.append(UInt8(ascii: "/"))
    }
    append(name)
  }
}

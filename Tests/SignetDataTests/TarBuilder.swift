/// Writes tar archives, sound and unsound ones.
struct TarBuilder {
  private(set) var bytes: [UInt8] = []

  static let end = [UInt8](repeating: 0, count: 1024)

  mutating func add(
    _ name: String, _ content: [UInt8], kind: Character = "0", size: Int? = nil,
    sizeField: [UInt8]? = nil
  ) {
    var header = [UInt8](repeating: 0, count: 512)
    func put(_ text: some Collection<UInt8>, at offset: Int) {
      header.replaceSubrange(offset..<offset + text.count, with: text)
    }
    put(name.utf8.prefix(100), at: 0)
    put("0000644\0".utf8, at: 100)
    put(sizeField ?? Array((octal(size ?? content.count, 11) + "\0").utf8), at: 124)
    put([kind.asciiValue ?? 0], at: 156)
    put("ustar\u{0}00".utf8, at: 257)
    put([UInt8](repeating: 32, count: 8), at: 148)
    put((octal(header.reduce(0) { $0 + Int($1) }, 6) + "\0 ").utf8, at: 148)
    bytes += header + content
    bytes += [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
  }

  mutating func add(_ name: String, _ text: String, kind: Character = "0") {
    add(name, Array(text.utf8), kind: kind)
  }

  var archive: [UInt8] { bytes + Self.end }

  private func octal(_ number: Int, _ digits: Int) -> String {
    let text = String(number, radix: 8)
    return String(repeating: "0", count: digits - text.count) + text
  }
}

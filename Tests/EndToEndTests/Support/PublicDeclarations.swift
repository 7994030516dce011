/// The public declarations of a Swift source, however many lines their signatures take: up to their
/// bodies, those of protocols with all requirements.
struct PublicDeclarations: Sequence {
  struct Declaration {
    let text: String

    var hasCPointer: Bool {
      ["OpaquePointer", "Pointer<", "RawPointer"].contains { text.contains($0) }
    }
  }

  private let declarations: [Declaration]

  init(in source: String) {
    let lines = source.split(separator: "\n").map(Self.withoutComment)
    declarations = lines.indices.compactMap { index in
      let words = lines[index].split(separator: " ")
      guard words.contains("public") || words.contains("open") else { return nil }
      return Declaration(
        text: Self.signature(lines[index...], isProtocol: words.contains("protocol")))
    }
  }

  func makeIterator() -> [Declaration].Iterator { declarations.makeIterator() }

  private static func withoutComment(_ line: Substring) -> String {
    line.firstRange(of: "//").map { String(line[..<$0.lowerBound]) } ?? String(line)
  }

  /// What goes on with a signature on its next line.
  private static let continuations = ["->", "throws", "rethrows", "async", "where", ":", ")", "{"]

  private static func signature(_ lines: ArraySlice<String>, isProtocol: Bool) -> String {
    var text = ""
    var depth = 0
    for (index, line) in zip(lines.indices, lines) {
      for character in line {
        switch character {
        case "(", "[": depth += 1
        case ")", "]": depth -= 1
        case "{" where isProtocol: depth += 1
        case "}" where isProtocol:
          depth -= 1
          if depth == 0 { return text }
        case "{", "=":
          if depth == 0 { return text }
        default: break
        }
        text.append(character)
      }
      text += " "
      let next = lines.index(after: index)
      let rest = next < lines.endIndex ? lines[next].drop { $0 == " " } : ""
      let isOpen = depth > 0 || line.hasSuffix(":") || line.hasSuffix("->")
      guard isOpen || continuations.contains(where: { rest.hasPrefix($0) }) else { return text }
    }
    return text
  }
}

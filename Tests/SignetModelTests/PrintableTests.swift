import Testing

@testable import SignetModel

/// Names from strangers' files cannot forge output.
@Suite struct PrintableTests {
  @Test func whatMovesTheCursorIsEscaped() {
    #expect("conv1/weight:0 «мир» 卷积".printable == "conv1/weight:0 «мир» 卷积")
    #expect("".printable == "")
    #expect("a\u{1b}[2Jb".printable == "a\\u{1b}[2Jb")
    #expect("a\r\nok: 100 %\tb\0".printable == "a\\r\\nok: 100 %\\tb\\u{0}")
    #expect(
      "\u{7f}\u{9b}\u{2028}\u{202e}\u{feff}".printable
        == "\\u{7f}\\u{9b}\\u{2028}\\u{202e}\\u{feff}")
  }

  @Test func longNamesAreCut() {
    let long = String(repeating: "x", count: 1 << 20).printable
    #expect(long == String(repeating: "x", count: 200) + "…")
  }

  @Test func pathsAndTextsAreWhole() {
    let long = String(repeating: "x", count: 1000)
    #expect((long + "\u{1b}/m").printablePath == long + "\\u{1b}/m")
    #expect((long + "\r\nb\u{202e}\nc").printableLines == long + "\\r\\nb\\u{202e}\nc")
  }

  @Test func errorsEscapeNames() {
    let name = "a\u{1b}]0;x\n"
    let escaped = "a\\u{1b}]0;x\\n"
    let errors: [any Error] = [
      GraphError.duplicateName(node: name),
      GraphError.unknownInput(node: "b", input: name, suggestion: name),
      ModelError.tensors([.unexpected(name: name, suggestion: name)]),
      ModelFileError(path: "f", defect: .duplicate(name: name)),
      ModelFileError(path: name, defect: .notRegularFile),
      ModelFileError(path: "f", defect: .json(part: "header", offset: 1, reason: "tensor \(name)")),
    ]
    for error in errors {
      #expect("\(error)".contains(escaped), "\(error)")
      #expect(!"\(error)".unicodeScalars.contains("\u{1b}"))
    }
  }
}

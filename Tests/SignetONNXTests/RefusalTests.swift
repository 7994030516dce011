import Foundation
import SignetModel
import Testing
import ThrownErrors

@testable import SignetONNX

/// A refusal names everything once, in a line each, and the option that mends it.
@Suite struct RefusalTests {
  private func refusal(_ file: TestFile, _ options: ONNXImporter.Options = .init()) throws -> String
  {
    do {
      _ = try file.model(options)
    } catch let error as ONNXError {
      return "\(error)"
    }
    return ""
  }

  @Test func oneLinePerReason() throws {
    var file = TestFile()
    for index in 0..<500 { file.node("Det", ["image"], "erf\(index)") }
    for index in 0..<40 {
      file.node("Softmax", ["image"], "soft\(index)", attributes: [.integer("axis", 0)])
    }
    file.node("Relu", ["image"], "out")
    #expect(
      try refusal(file) == """
        test.onnx: cannot be taken:
          Det is not taken; replace it by other operators before the export (500 nodes: \
        'node_erf0', 'node_erf1', 'node_erf2', …)
          Softmax: axis: expected an axis other than the batch, found 0 (40 nodes: 'node_soft0', \
        'node_soft1', 'node_soft2', …)
          signet import --operators lists what is taken
        """)
  }

  @Test func interfaceAndOperatorsAtOnce() throws {
    var file = TestFile(input: [nil, nil, 8, 8])
    file.node("Det", ["image"], "out")
    file.proto.graph.output.append(file.proto.graph.output[0])
    file.proto.graph.output[1].name = "aux"
    file.proto.graph.name = "net"
    #expect(
      try refusal(file) == """
        test.onnx: cannot be taken:
          input 'image': expected its extents: give them with --input-shape image:1x3x8x8, \
        found N×?×8×8, which leaves some open
          Det is not taken; replace it by other operators before the export (1 node: 'node_out')
          signet import --operators lists what is taken
        """)
    let wrong = try refusal(file, .init(output: "auxx"))
    #expect(wrong.contains("did you mean 'aux'?"))
  }

  @Test func oneReasonIsOneLine() throws {
    var file = TestFile()
    file.node("Det", ["image"], "out")
    #expect(try !refusal(file).contains("\n"))
    var open = TestFile(input: [nil, nil, 8, 8])
    open.node("Relu", ["image"], "out")
    #expect(try !refusal(open).contains("\n"))
    #expect(try refusal(open).contains("--input-shape image:1x3x8x8"))
  }

  @Test func namesAreEscaped() throws {
    var file = TestFile()
    file.node("Det\u{1b}[2J", ["image"], "out\n")
    file.proto.graph.node[0].name = "a\u{1b}[31mb"
    file.proto.graph.output[0].name = "out\n"
    let text = try refusal(file)
    #expect(text.contains("'a\\u{1b}[31mb'") && text.contains("Det\\u{1b}[2J"))
    #expect(!text.unicodeScalars.contains("\u{1b}"))
  }

  @Test func reasonsBeyondAScreenAreCounted() throws {
    var file = TestFile()
    for index in 0..<30 { file.node("Own\(index)", ["image"], "v\(index)") }
    file.node("Relu", ["image"], "out")
    let lines = try refusal(file).split(separator: "\n")
    #expect(lines.count == 23)
    #expect(lines[21] == "  and 10 more reasons")
  }

  @Test func versionsOfTheFormat() throws {
    func importing(_ version: Int64) throws {
      var file = TestFile()
      file.proto.irVersion = version
      file.node("Relu", ["image"], "out")
      _ = try file.model()
    }
    for version in ONNXImporter.fileVersions { try importing(Int64(version)) }
    for version in [0, -1, 15, .max] as [Int64] {
      #expect(
        throws: ONNXError.fileVersion(file: "test.onnx", expected: "1 to 14", found: version)
      ) { try importing(version) }
    }
  }

  @Test func notesThatSayThingsTwice() throws {
    func importing(_ note: String) throws -> Model {
      var file = TestFile()
      file.node("Relu", ["image"], "out")
      var entry = ProtoStringEntry()
      entry.key = "signet.preprocessing"
      entry.value = note
      file.proto.metadataProps = [entry]
      return try file.model()
    }
    let sound = #"{"channelOrder":"bgr","mean":[0,0,0],"scale":1,"std":[1,1,1]}"#
    #expect(try importing(sound).preprocessing.channelOrder == .bgr)
    var texts: [String] = []
    for note in [
      sound.replacingOccurrences(of: "{", with: #"{"scale":2,"#), "{}", "",
      String(repeating: "[", count: 100_000),
    ] {
      texts.append(thrown(ONNXError.self) { try importing(note) })
    }
    #expect(
      texts == [
        "test.onnx: its note 'signet.preprocessing' cannot be read: byte 55: 'scale' appears twice in one object",
        "test.onnx: its note 'signet.preprocessing' cannot be read: not the JSON that Signet writes",
        "test.onnx: its note 'signet.preprocessing' cannot be read: byte 0: expected a value, found the end",
        "test.onnx: its note 'signet.preprocessing' cannot be read: byte 32: nested deeper than 32",
      ])
  }

  @Test func listedOperatorsAreTheOnesTaken() {
    let listed = ONNXOperator.computed.flatMap(\.names)
    #expect(Set(listed).count == listed.count)
    let taken = Set(GraphImporter.mappings.keys)
    #expect(Set(listed).symmetricDifference(taken) == [])
    #expect(ONNXOperator.folded == ConstantFolder.rules.keys.sorted())
  }

  /// The page lists what the command lists.
  @Test func theDocumentationListsThem() throws {
    var url = URL(fileURLWithPath: #filePath)
    for _ in 0..<3 { url.deleteLastPathComponent() }
    let page = try String(
      contentsOf: url.appendingPathComponent("Documentation/onnx.md"), encoding: .utf8)
    func code(_ names: [String]) -> String { names.map { "`\($0)`" }.joined(separator: ", ") }
    let rows = ONNXOperator.computed.map {
      "| \(code($0.names)) | \($0.takenAs) | \($0.limits) |\n"
    }
    #expect(page.contains("|---|---|---|\n\(rows.joined())\n"))
    #expect(page.contains(code(ONNXOperator.folded)))
  }
}

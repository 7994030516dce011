import Foundation
import Testing
import ThrownErrors

@testable import SignetModel

/// A key that stands twice has no meaning; readers of the same file would differ about it.
@Suite struct DuplicateKeyTests {
  private func defect(_ key: String, _ change: (String) -> String) throws -> String? {
    let model = try Fixture.model()
    let file = try SafetensorsFile(data: Fixture.fileData(model), path: "model")
    let text = try #require(file.metadata[key])
    let changed = change(text)
    #expect(changed != text)
    do {
      _ = try Model(fileData: ForgedFile.model(model, metadata: [key: changed]), path: "model")
      return nil
    } catch let error as ModelFileError {
      return "\(error)"
    }
  }

  @Test func inEmbeddedObjects() throws {
    func twice(_ member: String) -> (String) -> String {
      { text in text.replacing("{", with: "{\(member),", maxReplacements: 1) }
    }
    for (key, member) in [
      ("signet.graph", "\"output\":\"x\""), ("signet.preprocessing", "\"scale\":9"),
      ("signet.provenance", "\"steps\":[]"),
    ] {
      let text = try #require(try defect(key, twice(member)))
      #expect(text.contains("appears twice in one object"), "\(key): \(text)")
    }
    // Deep within, and written with an escape.
    let nested = try #require(
      try defect("signet.graph") {
        $0.replacing("\"kernel\":{", with: "\"kernel\":{\"h\\u0065ight\":1,", maxReplacements: 1)
      })
    #expect(nested.contains("'height' appears twice"))
  }

  @Test func inTheHeader() {
    var texts: [String] = []
    for header in [
      #"{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0],"x":1,"x":2}}"#,
      #"{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0],"x":{"y":1,"y":2}}}"#,
      #"{"a":{"dtype":"U8","dtype":"U8","shape":[0],"data_offsets":[0,0]}}"#,
      #"{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}"#,
      #"{"__metadata__":{"a":"1","a":"2"}}"#,
    ] {
      texts.append(
        thrown(ModelFileError.self) {
          try SafetensorsFile(data: ForgedFile.file(header: header), path: "f")
        })
    }
    #expect(
      texts == [
        "f: header, byte 62: tensor 'a' has two values for 'x'",
        "f: header, byte 67: 'y' appears twice in one object",
        "f: header, byte 27: tensor 'a' has two values for 'dtype'",
        "f: 'a' appears twice in the header",
        "f: 'a' appears twice in the header",
      ])
  }
}

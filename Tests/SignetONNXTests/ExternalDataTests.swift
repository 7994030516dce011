import Foundation
import SignetModel
import Testing

@testable import SignetONNX

/// Tensors in files beside the model, and nowhere else.
@Suite struct ExternalDataTests {
  private func withFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("signet-\(UUID().uuidString)/model")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder.deletingLastPathComponent()) }
    try body(folder)
  }

  private func importing(_ entries: [String: String], in folder: URL) throws -> Model {
    var file = TestFile()
    file.floats("c", [1, 3, 1, 1], [])
    file.proto.graph.initializer[0].dataLocation = 1
    file.proto.graph.initializer[0].externalData = entries.map {
      var entry = ProtoStringEntry()
      entry.key = $0
      entry.value = $1
      return entry
    }
    file.node("Add", ["image", "c"], "out")
    return try file.model(file: folder.appendingPathComponent("model.onnx"))
  }

  @Test func readsItsOwnFolder() throws {
    try withFolder { folder in
      let values: [Float] = [9, 1, 2, 3]
      try values.withUnsafeBytes { try Data($0).write(to: folder.appendingPathComponent("w.bin")) }
      let model = try importing(
        ["location": "w.bin", "offset": "4", "length": "12"], in: folder)
      #expect(model.weights.values.first?.floats == [1, 2, 3])
      for entries in [
        ["location": "w.bin", "offset": "8"], ["location": "w.bin", "length": "8"],
        ["location": "w.bin", "offset": "-4"], ["location": "missing.bin"], ["location": ""],
        ["location": "."],
      ] {
        #expect(throws: ONNXError.self, "\(entries)") { try importing(entries, in: folder) }
      }
    }
  }

  @Test func readsNothingElse() throws {
    try withFolder { folder in
      let outside = folder.deletingLastPathComponent().appendingPathComponent("secret.bin")
      try Data(count: 12).write(to: outside)
      let link = folder.appendingPathComponent("link.bin")
      try FileManager.default.createSymbolicLink(at: link, withDestinationURL: outside)
      let folderLink = folder.appendingPathComponent("up")
      try FileManager.default.createSymbolicLink(
        at: folderLink, withDestinationURL: folder.deletingLastPathComponent())
      for location in [
        "../secret.bin", outside.path, "link.bin", "up/secret.bin", "a/../../secret.bin",
        "./../secret.bin",
      ] {
        #expect(throws: ONNXError.self, "\(location)") {
          try importing(["location": location], in: folder)
        }
      }
    }
  }
}

import Foundation
import SignetModel
import Testing
import ThrownErrors

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
      var texts: [String] = []
      for entries in [
        ["location": "w.bin", "offset": "8"], ["location": "w.bin", "length": "8"],
        ["location": "w.bin", "offset": "-4"], ["location": "missing.bin"], ["location": ""],
        ["location": "."],
      ] {
        texts.append(thrown(ONNXError.self) { try importing(entries, in: folder) })
      }
      #expect(
        texts == [
          "model.onnx: cannot be taken: tensor 'c': data file 'w.bin': expected 12 bytes from byte 8 on, found 16 in all",
          "model.onnx: cannot be taken: tensor 'c': data file 'w.bin': expected 12 bytes, found a length of 8",
          "model.onnx: cannot be taken: tensor 'c': data file 'w.bin': expected a place in it, found '-4'",
          "model.onnx: cannot be taken: tensor 'c': data file 'missing.bin': expected a file that can be read, found cannot open: No such file or directory",
          "model.onnx: cannot be taken: tensor 'c': external data: expected the name of a file, found none",
          "model.onnx: cannot be taken: tensor 'c': data file '.': expected a file inside the model's folder or the hub's cache it lies in, found a link that leads out of it",
        ])
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
        let isLink = location == "link.bin" || location.hasPrefix("up/")
        let reason =
          isLink
          ? "a file inside the model's folder or the hub's cache it lies in, found a link that leads "
            + "out of it" : "a relative path inside the model's folder, found another"
        #expect(
          thrown(ONNXError.self) {
            try importing(["location": location], in: folder)
          }
            == "model.onnx: cannot be taken: tensor 'c': data file '\(location)': expected \(reason)"
        )
      }
    }
  }

  /// A download cache keeps contents under their checksums and links to them from its snapshots.
  @Test func readsTheHubsCache() throws {
    try withFolder { folder in
      let manager = FileManager.default
      let cache = folder.appendingPathComponent("models--a--b")
      let snapshot = cache.appendingPathComponent("snapshots/0123abc/onnx")
      let blobs = cache.appendingPathComponent("blobs")
      for made in [snapshot, blobs] {
        try manager.createDirectory(at: made, withIntermediateDirectories: true)
      }
      let values: [Float] = [1, 2, 3]
      try values.withUnsafeBytes { try Data($0).write(to: blobs.appendingPathComponent("sha")) }
      try Data(count: 12).write(to: cache.appendingPathComponent("secret"))
      try Data(count: 12).write(to: folder.appendingPathComponent("outside"))
      for (link, target) in [
        ("model.onnx_data", "../../../blobs/sha"), ("absolute", blobs.path + "/sha"),
        ("beside", "../../../secret"), ("above", "../../../../outside"), ("far", "/etc/passwd"),
      ] {
        try manager.createSymbolicLink(
          atPath: snapshot.appendingPathComponent(link).path, withDestinationPath: target)
      }
      for location in ["model.onnx_data", "absolute"] {
        let model = try importing(["location": location], in: snapshot)
        #expect(model.weights.values.first?.floats == values, "\(location)")
      }
      var texts: [String] = []
      for location in ["beside", "above", "far"] {
        texts.append(
          thrown(ONNXError.self) {
            try importing(["location": location], in: snapshot)
          })
      }
      #expect(
        texts == [
          "model.onnx: cannot be taken: tensor 'c': data file 'beside': expected a file inside the model's folder or the hub's cache it lies in, found a link that leads out of it",
          "model.onnx: cannot be taken: tensor 'c': data file 'above': expected a file inside the model's folder or the hub's cache it lies in, found a link that leads out of it",
          "model.onnx: cannot be taken: tensor 'c': data file 'far': expected a file inside the model's folder or the hub's cache it lies in, found a link that leads out of it",
        ])
    }
  }

  /// Folders that are only called so open nothing.
  @Test func aFolderOfContentsElsewhereIsNone() throws {
    try withFolder { folder in
      let manager = FileManager.default
      let snapshot = folder.appendingPathComponent("snapshots/1")
      let other = folder.deletingLastPathComponent().appendingPathComponent("other")
      for made in [snapshot, other] {
        try manager.createDirectory(at: made, withIntermediateDirectories: true)
      }
      try Data(count: 12).write(to: other.appendingPathComponent("sha"))
      try manager.createSymbolicLink(
        at: folder.appendingPathComponent("blobs"), withDestinationURL: other)
      try manager.createSymbolicLink(
        atPath: snapshot.appendingPathComponent("data").path, withDestinationPath: "../../blobs/sha"
      )
      #expect(
        thrown(ONNXError.self) { try importing(["location": "data"], in: snapshot) }
          == "model.onnx: cannot be taken: tensor 'c': data file 'data': expected a file inside the model's folder or the hub's cache it lies in, found a link that leads out of it"
      )
    }
  }
}

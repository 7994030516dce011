import Foundation
import SignetModel
import SignetONNX
import Testing

/// Exports are written as model files are: whole or not at all, and in the place of plain files only.
@Suite struct ExportFileTests {
  private func withFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("signet-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
  }

  @Test func linksAndModesStay() throws {
    try withFolder { folder in
      let manager = FileManager.default
      let target = folder.appendingPathComponent("target.onnx")
      let link = folder.appendingPathComponent("link.onnx")
      try Data("old".utf8).write(to: target)
      try manager.setAttributes([.posixPermissions: 0o640], ofItemAtPath: target.path)
      try manager.createSymbolicLink(atPath: link.path, withDestinationPath: "target.onnx")
      let model = try RoundTripTests.model()
      try ONNXExporter().write(model, to: link)
      #expect(try Data(contentsOf: target) == ONNXExporter().data(model))
      #expect(try manager.destinationOfSymbolicLink(atPath: link.path) == "target.onnx")
      let mode = try manager.attributesOfItem(atPath: target.path)[.posixPermissions]
      #expect(mode as? Int == 0o640)
      #expect(try manager.contentsOfDirectory(atPath: folder.path).count == 2)
    }
  }

  /// Not tried on a device: a fault would replace it, where tests run as root.
  @Test func pipesAndFoldersAreNotReplaced() throws {
    try withFolder { folder in
      let pipe = folder.appendingPathComponent("pipe.onnx")
      #expect(mkfifo(pipe.path, 0o600) == 0)
      let link = folder.appendingPathComponent("link.onnx")
      try FileManager.default.createSymbolicLink(
        atPath: link.path, withDestinationPath: "pipe.onnx")
      let model = try RoundTripTests.model()
      for url in [pipe, link, folder] {
        #expect(
          throws: ONNXError.file(ModelFileError(path: url.path, defect: .notRegularFile)),
          "\(url.path)"
        ) { try ONNXExporter().write(model, to: url) }
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 2)
      var status = stat()
      #expect(stat(pipe.path, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO)
    }
  }
}

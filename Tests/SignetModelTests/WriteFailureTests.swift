import Foundation
import Testing

@testable import SignetModel

@Suite struct WriteFailureTests {
  private func error(_ body: () throws(ModelFileError) -> Void) -> ModelFileError? {
    do {
      try body()
      return nil
    } catch {
      return error
    }
  }

  @Test func missingFolder() throws {
    let folder = try TemporaryFolder()
    let model = try Fixture.model()
    let url = folder.file("missing/model.signet")
    let failure = try #require(error { () throws(ModelFileError) in try model.write(to: url) })
    #expect(failure.path == url.path)
    #expect(failure.defect == .system(operation: "write", reason: "No such file or directory"))
  }

  @Test func folderInTheWay() throws {
    let folder = try TemporaryFolder()
    let model = try Fixture.model()
    let failure = error { () throws(ModelFileError) in try model.write(to: folder.url) }
    #expect(failure?.defect == .notRegularFile)
    #expect(
      error { () throws(ModelFileError) in _ = try Model(contentsOf: folder.url) }?.defect
        == .notRegularFile)
    #expect(folder.names.isEmpty)
  }

  /// Devices go the way of pipes; a fault would replace them, where tests run as root.
  @Test func pipesAreNotReplaced() throws {
    let folder = try TemporaryFolder()
    let pipe = folder.file("pipe.signet")
    #expect(mkfifo(pipe.path, 0o600) == 0)
    let model = try Fixture.model()
    let failure = error { () throws(ModelFileError) in try model.write(to: pipe) }
    #expect(failure?.defect == .notRegularFile)
    var status = stat()
    #expect(stat(pipe.path, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO)
    let zeros = URL(fileURLWithPath: "/dev/zero")
    #expect(
      error { () throws(ModelFileError) in _ = try Model(contentsOf: zeros) }?.defect
        == .notRegularFile)
  }

  @Test func failureKeepsTheOldFile() throws {
    let folder = try TemporaryFolder()
    let url = folder.file("model.signet")
    try Fixture.model().write(to: url)
    let before = try Data(contentsOf: url)
    let broken = try Fixture.model().with(
      weights: Fixture.model().weights.merging(
        ["fc.bias": try Weight(shape: [3], values: [0, .nan, 0])]) { $1 })
    let failure = try #require(error { () throws(ModelFileError) in try broken.write(to: url) })
    guard case .value("fc.bias", 1, _, _) = failure.defect else {
      Issue.record("another error: \(failure)")
      return
    }
    // The file that was not written is not to blame.
    #expect(failure.path.isEmpty)
    #expect(try Data(contentsOf: url) == before)
    #expect(folder.names == ["model.signet"])
  }

  /// The temporary file's name is longer than the file's, which may be as long as names can be.
  @Test(arguments: ["x", "ü", "🙂"]) func longNames(character: String) throws {
    let folder = try TemporaryFolder()
    let length = 255 / character.utf8.count
    let url = folder.file(String(repeating: character, count: length))
    try Data("old".utf8).write(to: url)
    let model = try Fixture.model()
    try model.write(to: url)
    #expect(try Model(contentsOf: url) == model)
    #expect(folder.names == [url.lastPathComponent])
    let tooLong = folder.file(String(repeating: character, count: length + 1))
    let failure = error { () throws(ModelFileError) in try model.write(to: tooLong) }
    #expect(failure?.defect == .system(operation: "write", reason: "File name too long"))
    #expect(folder.names.count == 1)
  }

  // Linux only: a device on which every write finds the disk full.
  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full"))) func fullDisk() throws {
    let descriptor = open("/dev/full", O_WRONLY)
    defer { close(descriptor) }
    let failure = error { () throws(ModelFileError) in
      try AtomicFile.append(Data(count: 10), to: descriptor, path: "model.signet")
    }
    #expect(failure.map { "\($0)" } == "model.signet: cannot write: No space left on device")
  }

  @Test func oldFileIsReplacedAndItsModeKept() throws {
    let folder = try TemporaryFolder()
    let url = folder.file("model.signet")
    let link = folder.file("link.signet")
    try Fixture.model().write(to: url)
    try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: url.path)
    try FileManager.default.createSymbolicLink(at: link, withDestinationURL: url)
    let binary = try Fixture.model(codes: 1)
    try binary.write(to: link)
    #expect(try Model(contentsOf: url) == binary)
    let mode = try FileManager.default.attributesOfItem(atPath: url.path)[.posixPermissions]
    #expect(mode as? Int == 0o640)
    #expect(folder.names == ["link.signet", "model.signet"])
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link.path) == url.path)
  }

  /// A link to a file that is not there yet, by way of another, is written through.
  @Test func linksWithoutATargetStayLinks() throws {
    let folder = try TemporaryFolder()
    let manager = FileManager.default
    try manager.createDirectory(at: folder.file("inner"), withIntermediateDirectories: false)
    try manager.createSymbolicLink(
      atPath: folder.file("first.signet").path, withDestinationPath: "second.signet")
    try manager.createSymbolicLink(
      atPath: folder.file("second.signet").path, withDestinationPath: "inner/model.signet")
    let model = try Fixture.model()
    try model.write(to: folder.file("first.signet"))
    #expect(try Model(contentsOf: folder.file("inner/model.signet")) == model)
    #expect(
      try manager.destinationOfSymbolicLink(atPath: folder.file("first.signet").path)
        == "second.signet")
    #expect(folder.names.sorted() == ["first.signet", "inner", "second.signet"])
  }

  /// An open model is a window on the file it was opened from, whatever takes that file's place.
  @Test func openModelSurvivesReplacement() throws {
    let folder = try TemporaryFolder()
    let url = folder.file("model.signet")
    let float = try Fixture.model()
    try float.write(to: url)
    let open = try Model(contentsOf: url)
    try Fixture.model(codes: 1).write(to: url)
    #expect(open == float)
  }

  @Test func missingFile() {
    let url = URL(fileURLWithPath: "/nowhere/model.signet")
    #expect(
      error { () throws(ModelFileError) in _ = try Model(contentsOf: url) }.map { "\($0)" }
        == "/nowhere/model.signet: cannot open: No such file or directory")
  }
}

import Foundation
import NetworkOracle
import SignetModel
import SignetONNX
import SignetRuntime
import Testing

/// What is exported is valid for the onnx checker and means the same to onnxruntime. Both are
/// Python packages that set-up installs where it can; skipped elsewhere.
@Suite(.enabled(if: Peer.isAvailable, "onnx and onnxruntime are not in .deps/python"))
struct OnnxruntimeTests {
  @Test(arguments: [0, 1, 2, 3]) func exportsGiveTheSameScores(_ codes: Int) throws {
    try check(RoundTripTests.model(codes: codes))
  }

  @Test func exportsOfRicherCodesGiveTheSameScores() throws {
    try check(RoundTripTests.richModel())
  }

  @Test func everyOperationGivesTheSameNumbers() throws {
    let models = try Graph.gridOperations().map { try Model.random($0, weights: .float) }
    let images = numbers(2 * models[0].graph.inputShape.elementCount)
    let named = models.enumerated().map { ("\($0)", $1, ONNXExporter.Encoding.float) }
    let scores = try Peer.scores(of: named, on: images)
    for (name, model, _) in named {
      let expected = try Engine(model: model, options: .init(maximumBatch: 2, isExact: true))
        .run(images, count: 2)
      let found = try #require(scores[name])
      #expect(found.count == expected.count)
      let isEqual = zip(found, expected).allSatisfy { abs($0 - $1) <= 1e-4 * max(1, abs($1)) }
      #expect(isEqual, "\(model.graph.nodes.map(\.operation))")
    }
  }

  private func check(_ model: Model) throws {
    let images = numbers(3 * model.graph.inputShape.elementCount)
    let expected = try Engine(model: model, options: .init(maximumBatch: 3, isExact: true))
      .run(images, count: 3)
    let scores = try Peer.scores(
      of: ONNXExporter.Encoding.allCases.map { ($0.rawValue, model, $0) }, on: images)
    for encoding in ONNXExporter.Encoding.allCases {
      let found = try #require(scores[encoding.rawValue])
      #expect(found.count == expected.count)
      for (a, b) in zip(found, expected) {
        #expect(abs(a - b) <= 1e-4 * max(1, abs(b)), "\(encoding)")
      }
    }
  }
}

/// onnxruntime by way of Python.
enum Peer {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
  private static let python = root.appendingPathComponent(".deps/python/bin/python")

  static let isAvailable =
    FileManager.default.isExecutableFile(atPath: python.path)
    && (try? run(["-c", "import onnx, onnxruntime"])) == ""

  enum Failure: Error {
    case python(String)
  }

  /// - Parameter images: count × C × H × W
  /// - Returns: count × classes by name
  static func scores(
    of models: [(name: String, model: Model, encoding: ONNXExporter.Encoding)], on images: [Float]
  ) throws -> [String: [Float]] {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("signet-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try images.withUnsafeBytes { Data($0) }.write(to: folder.appendingPathComponent("input.f32"))
    for (name, model, encoding) in models {
      try ONNXExporter(options: .init(encoding: encoding))
        .write(model, to: folder.appendingPathComponent("\(name).onnx"))
    }
    let script = root.appendingPathComponent("Tests/Conformance/run_exports.py")
    let problem = try run([script.path, folder.path])
    guard problem.isEmpty else { throw Failure.python(problem) }
    return try Dictionary(
      uniqueKeysWithValues: models.map { name, _, _ in
        let bytes = try Data(contentsOf: folder.appendingPathComponent("\(name).f32"))
        return (name, FloatValues(littleEndian: bytes)?.array ?? [])
      })
  }

  /// Runs one of the conformance scripts.
  ///
  /// - Returns: what it says if it fails, else nothing
  static func run(script: String, _ arguments: [String]) throws -> String {
    try run([root.appendingPathComponent("Tests/Conformance/\(script)").path] + arguments)
  }

  /// The arrays of an npz file, as float32.
  static func arrays(of file: URL) throws -> [String: [Float]] {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("signet-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let unpack = """
      import numpy, sys
      for name, array in numpy.load(sys.argv[1]).items():
          array.astype("<f4").tofile(f"{sys.argv[2]}/{name}")
      """
    let problem = try run(["-c", unpack, file.path, folder.path])
    guard problem.isEmpty else { throw Failure.python(problem) }
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    return try Dictionary(
      uniqueKeysWithValues: names.map {
        let bytes = try Data(contentsOf: folder.appendingPathComponent($0))
        return ($0, FloatValues(littleEndian: bytes)?.array ?? [])
      })
  }

  /// - Returns: what Python says if it fails, else nothing
  private static func run(_ arguments: [String]) throws -> String {
    let process = Process()
    process.executableURL = python
    process.arguments = arguments
    let error = Pipe()
    process.standardError = error
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    let text = error.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus != 0 else { return "" }
    return "status \(process.terminationStatus): " + String(decoding: text, as: UTF8.self)
  }
}

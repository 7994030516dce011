import Foundation
import SignetCoreML
import SignetModel

/// coremltools by way of Python, which set-up installs where it can.
enum CoreMLTools {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
  private static let python = root.appendingPathComponent(".deps/python/bin/python")

  static let isAvailable =
    FileManager.default.isExecutableFile(atPath: python.path)
    && (try? run(["-c", "import coremltools"]))?.status == 0

  struct Failure: Error {
    let text: String
  }

  struct Result {
    /// One output after the other.
    var outputs: [Float]
    /// Packed weights as coremltools unpacks them, in the network's order.
    var weights: [Float]
  }

  /// Exports models and runs each on its input.
  static func results(
    of models: [(name: String, model: Model, input: [Float])],
    exporter: CoreMLExporter = CoreMLExporter(inputs: .arrays)
  ) throws -> [String: Result] {
    try withFolder { folder in
      for (name, model, input) in models {
        try exporter.write(model, to: folder.appendingPathComponent("\(name).mlpackage"))
        try input.withUnsafeBytes { Data($0) }
          .write(to: folder.appendingPathComponent("\(name).input.f32"))
      }
      let script = root.appendingPathComponent("Tests/CoreML/run_packages.py").path
      let (status, text) = try run([script, folder.path])
      guard status == 0 else { throw Failure(text: text) }
      func numbers(_ name: String) throws -> [Float] {
        let bytes = try Data(contentsOf: folder.appendingPathComponent(name))
        return FloatValues(littleEndian: bytes)?.array ?? []
      }
      return try Dictionary(
        uniqueKeysWithValues: models.map { name, _, _ in
          (
            name,
            Result(outputs: try numbers("\(name).f32"), weights: try numbers("\(name).weights.f32"))
          )
        })
    }
  }

  private static func run(_ arguments: [String]) throws -> (status: Int32, text: String) {
    let process = Process()
    process.executableURL = python
    process.arguments = arguments
    let output = Pipe()
    process.standardOutput = FileHandle.nullDevice
    process.standardError = output
    try process.run()
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: bytes, as: UTF8.self))
  }
}

/// A folder that is gone when `body` is done.
func withFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("signet-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder)
}

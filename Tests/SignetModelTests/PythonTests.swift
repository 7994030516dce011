import Foundation
import Testing

@testable import SignetModel

@Suite struct PythonTests {
  /// The Python that set-up fills with packages, else the system's.
  private static let interpreter: [String] = {
    let own = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent(".deps/python/bin/python").path
    return FileManager.default.isExecutableFile(atPath: own) ? [own] : ["python3"]
  }()

  private static func python(_ script: String, _ arguments: String...) -> String? {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = interpreter + ["-c", script] + arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return nil }
    let text = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return process.terminationStatus == 0 ? String(decoding: text, as: UTF8.self) : nil
  }

  // Needs Python's safetensors package, which nothing else here does.
  @Test(.enabled(if: python("import safetensors.numpy") != nil))
  func pythonOpensTheFile() throws {
    let folder = try TemporaryFolder()
    let model = try Fixture.model(codes: 2)
    let url = folder.file("model.signet")
    try model.write(to: url)
    let script = """
      import sys, numpy, safetensors
      with safetensors.safe_open(sys.argv[1], "numpy") as f:
        codes, scale = f.get_tensor("conv.weight.codes"), f.get_tensor("conv.weight.scale")
        bits = numpy.unpackbits(codes, axis=-1, bitorder="little")[..., :27]
        w = ((2.0 * bits - 1) * scale[..., None]).sum(0)
        print(f.metadata()["signet.format"], *w.ravel())
      """
    let words = try #require(Self.python(script, url.path)).split(whereSeparator: \.isWhitespace)
    #expect(words.first == "1")
    #expect(words.dropFirst().map { Float($0) } == model.weights["conv.weight"]?.floats)
  }

  // The same.
  @Test(.enabled(if: python("import safetensors.numpy") != nil))
  func filesThatPythonWritesOpen() throws {
    let folder = try TemporaryFolder()
    let url = folder.file("python.safetensors")
    let script = """
      import sys, numpy, safetensors.numpy
      safetensors.numpy.save_file({
        "conv.weight": numpy.arange(24, dtype="float32").reshape(2, 3, 2, 2) / 8,
        "half": numpy.array([1, -0.5], "float16"), "scalar": numpy.array(2.5, "float32"),
        "empty": numpy.zeros((0, 3), "float32"), "steps": numpy.array([7], "int64"),
      }, sys.argv[1], metadata={"format": "pt"})
      """
    #expect(Self.python(script, url.path) == "")
    let file = try SafetensorsFile(contentsOf: url)
    #expect(file.metadata == ["format": "pt"])
    #expect(file.tensors.count == 5)
    let weight = try #require(file.tensors["conv.weight"])
    #expect(weight.shape == [2, 3, 2, 2])
    #expect(file.values(of: weight).array == (0..<24).map { Float($0) / 8 })
    #expect(try file.values(of: #require(file.tensors["scalar"])).array == [2.5])
    #expect(file.tensors["empty"]?.shape == [0, 3])
    #expect(file.tensors["steps"]?.shape == [1])
  }

  // Needs any Python 3.
  @Test(.enabled(if: python("import zlib") != nil)) func pythonFindsTheSameChecksum() throws {
    let folder = try TemporaryFolder()
    let url = folder.file("model.signet")
    try Fixture.model(codes: 1).write(to: url)
    let script = """
      import re, sys, zlib
      data = open(sys.argv[1], "rb").read()
      key = b'"signet.checksum":"'
      at = data.index(key) + len(key)
      zeroed = data[:at] + b"0" * 8 + data[at + 8:]
      print("%08x" % zlib.crc32(zeroed) == data[at:at + 8].decode())
      """
    #expect(Self.python(script, url.path) == "True\n")
  }
}

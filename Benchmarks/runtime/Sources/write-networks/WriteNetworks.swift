import Foundation
import SignetModel
import SignetONNX
import SignetZoo

/// Writes each network twice, as a model file with codes and as an ONNX file with the same weights
/// as floats, so that every engine computes the same function.
///
///     write-networks FOLDER ARCHITECTURE...
@main
enum WriteNetworks {
  static func main() throws {
    guard CommandLine.arguments.count > 2 else {
      throw Failure(description: "write-networks FOLDER ARCHITECTURE...")
    }
    let folder = URL(fileURLWithPath: CommandLine.arguments[1])
    for name in CommandLine.arguments.dropFirst(2) {
      let model = try Architecture(named: name).binaryModel(seed: 1)
      try model.write(to: folder.appendingPathComponent("\(name).signet"))
      let exporter = ONNXExporter(options: ONNXExporter.Options(encoding: .float))
      try exporter.write(model, to: folder.appendingPathComponent("\(name).onnx"))
    }
  }
}

struct Failure: Error, CustomStringConvertible {
  let description: String
}

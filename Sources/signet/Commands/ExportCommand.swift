import ArgumentParser
import Foundation
import SignetModel
import SignetONNX
import SignetReport

struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Writes a model for deployment, as ONNX or a compact file.",
    discussion: """
      A name that ends in .onnx gives a file that any ONNX runtime runs. The weights of binary \
      layers are stored as bits that operators of ONNX's own set unpack, or, with --encoding float, \
      as the plain numbers they stand for. Any other name gives a model file.

      With --kept-layers int8 the layers that are not binary are stored in 8 bits with a scale per \
      filter, batch norms are folded into the layers before them, and scales and biases are \
      stored in half precision. It is what a model with binary layers gets unless --kept-layers \
      float32 is given.

      Examples:
        signet export binary.signet -o binary.onnx
        signet export binary.signet -o small.signet
      """)

  @Argument(help: "A model file or an ONNX file.")
  var model: ModelArgument

  @Option(name: [.short, .long], help: ArgumentHelp("The file to write.", valueName: "file"))
  var output: OutputFile

  @Option(
    help: """
      How layers that are not binary are stored. (default: int8 if other layers are binary, else float32)
      """)
  var keptLayers: KeptLayerStorage?

  @Option(
    help: """
      How binary weights are stored in ONNX: bits, int8 (with DequantizeLinear) or float. \
      (default: bits)
      """)
  var encoding: ONNXExporter.Encoding?

  @OptionGroup(title: "ONNX files") var onnx: ONNXOptions

  @OptionGroup var common: CommonOptions

  func validate() throws {
    if !output.isONNX, encoding != nil {
      throw ValidationError(
        "--encoding: only for ONNX; expected a name that ends in .onnx, "
          + "found '\(output.path)'")
    }
  }

  func run() throws {
    Interruption.exitAtOnce()
    try files.check()
    try output.check()
    let lock = try FileLock(output.url)
    defer { lock.release() }
    let loaded = try model.load(onnx.choices, files: files)
    let encoding = output.isONNX ? encoding ?? .bits : nil
    let hasCodes = loaded.weights.values.contains(where: \.isBinary)
    let storage = keptLayers ?? (hasCodes && encoding != .float ? .int8 : .float32)
    let stored = try loaded.storingKeptLayers(as: storage)
    if let encoding {
      try ONNXExporter(options: .init(encoding: encoding)).write(stored, to: output.url)
    } else {
      try stored.write(to: output.url, from: model.path)
    }
    let size = try MappedFile.data(at: output.url).count
    let report = ExportReport(
      output: output.path, encoding: encoding?.rawValue, keptLayers: storage.rawValue,
      fileBytes: size, floatBytes: loaded.floatByteCount)
    try Console.print(report, json: common.json)
  }

  private var files: FileRoles {
    var files = FileRoles()
    files.reads(model.path, as: "the model")
    files.writes(output.url, as: "-o")
    return files
  }
}

extension ONNXExporter.Encoding: ExpressibleByArgument {}
extension KeptLayerStorage: ExpressibleByArgument {}

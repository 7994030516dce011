import ArgumentParser
import Foundation
import SignetCoreML
import SignetModel
import SignetONNX
import SignetReport

struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Writes a model for deployment, as ONNX, for Core ML, or as a compact file.",
    discussion: """
      A name that ends in .onnx gives a file that any ONNX runtime runs. The weights of binary \
      layers are stored as bits that operators of ONNX's own set unpack, or, with --encoding float, \
      as the plain numbers they stand for. A name that ends in .mlpackage gives a Core ML package \
      for iOS 18 and macOS 15 and later, in half precision unless --precision says otherwise, for \
      one sample at a time; binary weights are palettes with an index of one bit per code. Any other name gives a model file.

      With --operators signet runs of layers become operators of Signet's own: ONNX Runtime runs \
      them with libsignet_onnxruntime, as fast as signet itself, and keeps their bits packed. With \
      signet-layers each binary layer is an operator of its own, which other tools can look into.

      With --kept-layers int8 the layers that are not binary are stored in 8 bits with a scale per \
      filter, batch norms are folded into the layers before them, and scales and biases are \
      stored in half precision. It is what a model with binary layers gets unless --kept-layers \
      float32 is given.

      Examples:
        signet export binary.signet -o binary.onnx
        signet export binary.signet -o binary.onnx --operators signet
        signet export binary.signet -o binary.mlpackage
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
      How binary weights are stored in ONNX: bits, integers with DequantizeLinear (int2, int4, int8) \
      or float. (default: bits)
      """)
  var encoding: ONNXExporter.Encoding?

  @Option(
    help: """
      Which operators an ONNX file has: standard (ONNX's own), signet or signet-layers. \
      (default: standard)
      """)
  var operators: ONNXExporter.Operators?

  @Option(
    help: """
      What a Core ML package takes: images, where the model says how they become its input, or \
      arrays as the network takes them. (default: images)
      """)
  var inputs: CoreMLExporter.Inputs?

  @Option(
    help: "The numbers a Core ML package computes in: float16 or float32. (default: float16)")
  var precision: CoreMLExporter.Precision?

  @OptionGroup(title: "ONNX files") var onnx: ONNXOptions

  @OptionGroup var common: CommonOptions

  func validate() throws {
    for (option, isGiven) in [("--encoding", encoding != nil), ("--operators", operators != nil)]
    where isGiven && output.format != .onnx {
      throw ValidationError(
        "\(option): only for ONNX; expected a name that ends in .onnx, "
          + "found '\(output.path)'")
    }
    for (option, isGiven) in [("--inputs", inputs != nil), ("--precision", precision != nil)]
    where isGiven && output.format != .coreML {
      throw ValidationError(
        "\(option): only for Core ML; expected a name that ends in .mlpackage, "
          + "found '\(output.path)'")
    }
    if let operators, operators != .standard, let encoding, encoding != .bits {
      throw ValidationError(
        "--encoding: expected bits with --operators \(operators.rawValue), "
          + "found \(encoding.rawValue)")
    }
  }

  func run() throws {
    Interruption.exitAtOnce()
    try files.check()
    try output.check()
    let lock = try FileLock(output.url, isFolder: output.format == .coreML)
    defer { lock.release() }
    let loaded = try model.load(onnx.choices, files: files)
    let encoding = output.format == .onnx ? encoding ?? .bits : nil
    let operators = output.format == .onnx ? operators ?? .standard : nil
    let hasCodes = loaded.weights.values.contains(where: \.isBinary)
    let storage = keptLayers ?? (hasCodes && encoding != .float ? .int8 : .float32)
    let size = try write(try loaded.storingKeptLayers(as: storage), encoding, operators)
    let report = ExportReport(
      output: output.path, encoding: encoding?.rawValue, operators: operators?.rawValue,
      keptLayers: storage.rawValue,
      fileBytes: size, floatBytes: loaded.floatByteCount)
    try Console.print(report, json: common.json)
  }

  /// - Returns: how many bytes were written
  private func write(
    _ model: Model, _ encoding: ONNXExporter.Encoding?, _ operators: ONNXExporter.Operators?
  ) throws -> Int {
    switch output.format {
    case .coreML:
      return try CoreMLExporter(inputs: inputs ?? .images, precision: precision ?? .float16)
        .write(model, to: output.url)
    case .onnx:
      let options = ONNXExporter.Options(
        encoding: encoding ?? .bits, operators: operators ?? .standard)
      try ONNXExporter(options: options).write(model, to: output.url)
    case .model:
      try model.write(to: output.url, from: self.model.path)
    }
    return try MappedFile.data(at: output.url).count
  }

  private var files: FileRoles {
    var files = FileRoles()
    files.reads(model.path, as: "the model")
    files.writes(output.url, as: "-o")
    return files
  }
}

extension ONNXExporter.Encoding: ExpressibleByArgument {}
extension ONNXExporter.Operators: ExpressibleByArgument {}
extension CoreMLExporter.Inputs: ExpressibleByArgument {}
extension CoreMLExporter.Precision: ExpressibleByArgument {}
extension KeptLayerStorage: ExpressibleByArgument {}

import ArgumentParser
import Foundation
import SignetModel
import SignetONNX
import SignetReport

struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Writes a model as an ONNX file.",
    discussion: """
      Any ONNX runtime runs the result. The weights of binary layers are stored as bits that \
      operators of ONNX's own set unpack, or, with --float, as the plain numbers they stand for.

      Example:
        signet export binary.signet -o binary.onnx
      """)

  @Argument(help: "A model file or an ONNX file.")
  var model: ModelArgument

  @Option(name: [.short, .long], help: ArgumentHelp("The ONNX file to write.", valueName: "file"))
  var output: OutputFile

  @Option(help: "How binary weights are stored: bits, int8 (with DequantizeLinear) or float.")
  var encoding: ONNXExporter.Encoding = .bits

  @Flag(name: .customLong("float"), help: "The same as --encoding float.")
  var expandsToFloat = false

  @OptionGroup var common: CommonOptions

  func run() throws {
    Interruption.exitAtOnce()
    try output.check()
    let model = try model.load()
    let options = ONNXExporter.Options(encoding: expandsToFloat ? .float : encoding)
    try ONNXExporter(options: options).write(model, to: output.url)
    let size = try FileManager.default.attributesOfItem(atPath: output.path)[.size] as? Int
    let report = ExportReport(
      output: output.path, encoding: options.encoding.rawValue, fileBytes: size ?? 0,
      floatBytes: model.floatByteCount)
    try Console.print(report, json: common.json)
  }
}

extension ONNXExporter.Encoding: ExpressibleByArgument {}

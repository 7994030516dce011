import ArgumentParser
import SignetReport

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Shows layers, shapes, bits, bytes, the error per layer and the history.",
    discussion: """
      Example:
        signet inspect binary.signet
      """)

  @Argument(help: "A model file or an ONNX file.")
  var model: ModelArgument

  @OptionGroup(title: "ONNX files") var onnx: ONNXOptions

  @OptionGroup var common: CommonOptions

  func run() throws {
    Interruption.exitAtOnce()
    let loaded = try model.load(onnx.choices)
    let report = InspectionReport(
      model: loaded, file: model.path, fileBytes: try loaded.fileByteCount,
      floatBytes: loaded.floatByteCount)
    try Console.print(report, json: common.json)
  }
}

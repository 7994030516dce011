import ArgumentParser
import SignetReport

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Shows layers, shapes, bits, bytes, the error per layer and the history.",
    discussion: """
      Examples:
        signet inspect binary.signet
        signet inspect binary.signet --plot
      """)

  @Argument(help: "A model file or an ONNX file.")
  var model: ModelArgument

  @Flag(help: "Also draw bars: the error of each layer or, where none is recorded, its bytes.")
  var plot = false

  @OptionGroup(title: "ONNX files") var onnx: ONNXOptions

  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard !plot || !common.json else {
      throw ValidationError("--plot draws for people: leave --json out")
    }
  }

  func run() throws {
    Interruption.exitAtOnce()
    let loaded = try model.load(onnx.choices)
    let report = InspectionReport(
      model: loaded, file: model.path, fileBytes: try loaded.fileByteCount,
      floatBytes: loaded.floatByteCount)
    try Console.print(report, json: common.json)
    guard plot else { return }
    try Console.printResult(
      "\n" + report.plot.text(columns: Console.outputColumns).printableLines)
  }
}

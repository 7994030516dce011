import ArgumentParser
import Foundation
import SignetModel
import SignetONNX
import SignetReport
import SignetZoo

struct ImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Makes a model file of a network trained elsewhere.",
    discussion: """
      Takes an ONNX file, or a safetensors file with PyTorch's tensor names and the network of \
      the zoo it belongs to. How images were prepared is in neither: say it with the options \
      below.

      Examples:
        signet import resnet50.onnx --preset imagenet -o resnet50.signet
        signet import --arch resnet20 --weights resnet20.safetensors \\
          --mean .485,.456,.406 --std .229,.224,.225 -o resnet20.signet
      """)

  @Argument(help: "An ONNX file.")
  var model: ModelArgument?

  @Option(help: "The network of the zoo that the weights belong to.")
  var arch: String?

  @Option(help: ArgumentHelp("A safetensors file.", valueName: "file"))
  var weights: String?

  @Option(name: [.short, .long], help: ArgumentHelp("The model file to write.", valueName: "file"))
  var output: OutputFile?

  @Flag(help: "List the operators that are taken of ONNX files, and leave.")
  var operators = false

  @OptionGroup(title: "ONNX files") var onnx: ONNXOptions

  @OptionGroup(title: "Preprocessing") var preprocessing: PreprocessingOptions

  @Option(
    help: """
      What the outputs are: scores, probabilities, map or values. (default: as the graph suggests)
      """)
  var outputKind: OutputKind?

  @OptionGroup var common: CommonOptions

  func validate() throws {
    if operators {
      guard model == nil, arch == nil, weights == nil, output == nil else {
        throw ValidationError("--operators: lists what is taken; it goes with no file")
      }
      return
    }
    guard let output else {
      throw ValidationError("expected the model file to write: -o FILE")
    }
    try output.checkIsModelFile()
    guard (model == nil) == (arch != nil), (arch == nil) == (weights == nil) else {
      throw ValidationError("expected an ONNX file, or --arch and --weights")
    }
  }

  func run() throws {
    Interruption.exitAtOnce()
    guard let output else {
      return try Console.print(OperatorsReport(ONNXOperator.all), json: common.json)
    }
    try files.check()
    try output.check()
    let lock = try FileLock(output.url)
    defer { lock.release() }
    let imported = try imported().with(outputKind: outputKind).recordingCommand()
    try imported.write(to: output.url, from: model?.path ?? weights ?? "")
    let report = ImportReport(
      output: output.path, layers: imported.graph.layers.count,
      parameters: imported.weights.values.reduce(0) { $0 + $1.elementCount },
      fileBytes: try imported.fileByteCount,
      cutOff: imported.provenance.steps.last { $0.verb == "import" }?.options["cutOff"])
    try Console.print(report, json: common.json)
  }

  private var files: FileRoles {
    var files = FileRoles()
    files.reads(model?.path, as: "the model")
    files.reads(weights, as: "--weights")
    files.reads(preprocessing.classNames, as: "--class-names")
    files.writes(output?.url, as: "-o")
    return files
  }

  private func imported() throws -> Model {
    if let model { return try model.load(onnx.choices, preprocessing, files: files) }
    let architecture = try Architecture(named: arch ?? "")
    let plain = try architecture.model(
      weights: URL(fileURLWithPath: weights ?? ""), preprocessing: architecture.preprocessing)
    return try preprocessing.applied(to: plain)
  }
}

import ArgumentParser
import Foundation
import SignetModel
import SignetReport
import SignetZoo

struct ImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Makes a model file of weights trained elsewhere.",
    discussion: """
      The weights are a safetensors file with the tensor names of PyTorch.

      Example:
        signet import --arch resnet20 --weights resnet20.safetensors \\
          --mean .485,.456,.406 --std .229,.224,.225 -o resnet20.signet
      """)

  @Option(help: "The network of the zoo that the weights belong to.")
  var arch: String

  @Option(help: ArgumentHelp("A safetensors file.", valueName: "file"))
  var weights: String

  @Option(
    help: ArgumentHelp(
      "Mean per channel of pixels scaled to 0…1. (default: the network's usual one)",
      valueName: "R,G,B"))
  var mean: ChannelValues?

  @Option(
    help: ArgumentHelp(
      "Standard deviation per channel. (default: the network's usual one)", valueName: "R,G,B"))
  var std: ChannelValues?

  @Option(name: [.short, .long], help: ArgumentHelp("The model file to write.", valueName: "file"))
  var output: OutputFile

  @OptionGroup var common: CommonOptions

  func run() throws {
    Interruption.exitAtOnce()
    try output.check()
    let architecture = try Architecture(named: arch)
    var preprocessing = architecture.preprocessing
    if let mean { preprocessing.mean = mean.values }
    if let std { preprocessing.std = std.values }
    let model = try architecture.model(
      weights: URL(fileURLWithPath: weights), preprocessing: preprocessing)
    try model.write(to: output.url)
    let report = ImportReport(
      output: output.path, layers: model.graph.layers.count,
      parameters: model.weights.values.reduce(0) { $0 + $1.elementCount },
      fileBytes: try model.fileByteCount)
    try Console.print(report, json: common.json)
  }
}

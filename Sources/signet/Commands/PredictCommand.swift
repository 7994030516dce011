import ArgumentParser
import SignetData
import SignetReport

struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict", abstract: "Says what a model sees in images.",
    discussion: """
      Images are JPEG or PNG files.

      Example:
        signet predict binary.signet cat.jpg dog.png
      """)

  @Argument(help: "A model file or an ONNX file.")
  var model: ModelArgument

  @Argument(help: ArgumentHelp("JPEG or PNG files.", valueName: "image"))
  var images: [String]

  @Option(help: "Classes to name per image.")
  var top = 5

  @OptionGroup var running: EngineOptions

  @OptionGroup(title: "ONNX files") var onnx: ONNXOptions

  @OptionGroup(title: "Preprocessing") var preprocessing: PreprocessingOptions

  @OptionGroup var common: CommonOptions

  func validate() throws {
    try check("--top", top, in: 1...1_000_000)
  }

  func run() throws {
    Interruption.exitAtOnce()
    let model = try model.load(onnx.choices, preprocessing)
    let classifier = try running.classifier(for: model, threads: common.threadCount, batch: 1)
    let batches = BatchLoader(
      dataset: ImageFiles(files: images), shape: model.graph.inputShape,
      preprocessing: model.preprocessing, batchSize: 1
    ).batches(epoch: 0)
    var predictions: [PredictionReport.Image] = []
    while let batch = try batches.next() {
      predictions.append(
        PredictionReport.Image(
          file: images[batch.indices[0]],
          logits: try classifier.logits(images: batch.images, count: 1),
          labels: model.labels, count: top))
    }
    try Console.print(PredictionReport(images: predictions), json: common.json)
  }
}

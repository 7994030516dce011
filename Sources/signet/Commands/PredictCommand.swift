import ArgumentParser
import Foundation
import SignetData
import SignetModel
import SignetReport

struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict", abstract: "Says what a model sees in images.",
    discussion: """
      Class scores are shown as probabilities of the likeliest classes, a detector's outputs as \
      boxes in pixels of the image, any other output as the numbers it is; --json has all numbers. Images that cannot be read are named, and the rest \
      goes on.

      Examples:
        signet predict binary.signet cat.jpg dog.png
        signet predict binary.signet photos
        signet predict segmenter.signet photos --save maps
      """)

  @Argument(help: "A model file or an ONNX file.")
  var model: ModelArgument

  @Argument(help: ArgumentHelp("JPEG or PNG files, or folders of them.", valueName: "image"))
  var images: [String]

  @Option(help: "Classes to name per image.")
  var top = 5

  @Option(
    help: """
      What the model's outputs are: scores, probabilities, map or values. (default: what the model \
      says)
      """)
  var outputKind: OutputKind?

  @Option(
    help: ArgumentHelp(
      "Also write all outputs there, as NAME.npz, and maps as NAME.png.", valueName: "folder"))
  var save: String?

  @OptionGroup(title: "Detectors") var boxes: BoxOptions

  @OptionGroup var running: EngineOptions

  @OptionGroup(title: "ONNX files") var onnx: ONNXOptions

  @OptionGroup(title: "Preprocessing") var preprocessing: PreprocessingOptions

  @OptionGroup var common: CommonOptions

  func validate() throws {
    try check("--top", top, in: 1...1_000_000)
  }

  /// With room for the rounding of 8-bit networks.
  private static let probabilities: ClosedRange<Float> = -0.01...1.01

  func run() throws {
    Interruption.exitAtOnce()
    let model = try model.load(onnx.choices, preprocessing).with(outputKind: outputKind)
    let network = try running.engine.network(
      for: model, options: running.options(threads: common.threadCount, batch: 1))
    var saved = try save.map { try SavedOutputs(folder: $0, model: model) }
    guard network.inputs.count == 1, let input = network.inputs.first else {
      throw EvaluationError.inputs(names: network.inputs.map(\.name))
    }
    let reader = try boxes.reader(of: model)
    let images = try ImageFiles(images)
    let kind = PredictionReport.Kind(model.outputKind)
    var predictions: [PredictionReport.Image] = []
    func skip(_ error: any Error) {
      let file = images.files[predictions.count]
      predictions.append(PredictionReport.Image(file: file, error: "\(error)"))
      if !common.json { Console.warn("skipped: \(error)") }
    }
    let batches = BatchLoader(
      dataset: images, shape: model.graph.inputShape, preprocessing: model.preprocessing,
      batchSize: 1
    ).batches(epoch: 0, skipping: skip)
    while let batch = try batches.next() {
      let file = images.files[predictions.count]
      guard
        let tensor = DenseTensor(extents: [1] + input.shape.extents, values: batch.images)
      else { continue }
      let named = try network.outputs([input.name: tensor])
      let outputs = named[model.graph.outputs[0].name]?.values ?? []
      guard named.values.allSatisfy({ $0.values.allSatisfy(\.isFinite) }) else {
        skip(EvaluationError.notFinite(file: file))
        continue
      }
      if kind == .probabilities { warnUnlessProbabilities(outputs, file) }
      try saved?.write(named, for: file)
      var prediction = prediction(of: model, file, named)
      prediction.boxes = try reader?.named(
        named, of: model, size: ImageFile.size(of: URL(fileURLWithPath: file)))
      predictions.append(prediction)
    }
    let unusable = predictions.count { $0.error != nil }
    // What could not be used was named on standard error.
    if !common.json { predictions.removeAll { $0.error != nil } }
    if !predictions.isEmpty {
      let report = PredictionReport(
        kind: kind, shape: model.graph.outputShape.extents, images: predictions)
      try Console.print(report, json: common.json)
    }
    guard unusable == 0 else {
      let error = CommandError.unreadableImages(count: unusable, of: images.count)
      throw ErrorAfterResult(error: error)
    }
  }

  private func warnUnlessProbabilities(_ outputs: [Float], _ file: String) {
    guard let least = outputs.min(), let most = outputs.max(),
      !Self.probabilities.contains(least) || !Self.probabilities.contains(most)
    else { return }
    Console.warn(
      "\(file.printablePath): the outputs are no probabilities: they lie between \(least) and "
        + "\(most); --output-kind scores makes some of them")
  }

  private func prediction(
    of model: Model, _ file: String, _ named: [String: DenseTensor]
  ) -> PredictionReport.Image {
    func image(_ output: GraphOutput) -> PredictionReport.Image {
      PredictionReport.Image(
        file: file, outputs: named[output.name]?.values ?? [],
        kind: PredictionReport.Kind(model.outputKind(of: output)), labels: model.labels,
        count: top)
    }
    var prediction = image(model.graph.outputs[0])
    guard model.graph.outputs.count > 1 else { return prediction }
    prediction.outputs = model.graph.outputs.map { output in
      PredictionReport.Output(
        name: output.name, shape: model.graph.shape(of: output).extents, image: image(output),
        kind: PredictionReport.Kind(model.outputKind(of: output)))
    }
    return prediction
  }
}

extension PredictionReport.Kind {
  init(_ kind: OutputKind) {
    switch kind {
    case .scores: self = .scores
    case .probabilities: self = .probabilities
    case .map: self = .map
    case .values: self = .values
    }
  }
}

extension OutputKind: ExpressibleByArgument {}

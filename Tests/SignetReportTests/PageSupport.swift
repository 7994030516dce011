import SignetData
import SignetModel

@testable import SignetReport

/// A network of two layers, one of them binary, with everything measured that needs no picture.
enum PageSupport {
  static func model(
    name: String = "conv", labels: [String] = ["cat", "dog"], isTrainedFurther: Bool = false
  ) throws -> Model {
    var builder = GraphBuilder(inputShape: .map(1, 4, 4))
    let convolution = builder.append(
      name,
      .convolution(
        Convolution(inputChannels: 1, outputChannels: 2, kernel: Size2D(3), hasBias: false)),
      builder.input)
    let relu = builder.append("relu", .relu, convolution)
    let flat = builder.append("flat", .flatten, relu)
    let output = builder.append("fc", .linear(Linear(inputs: 8, outputs: 2, hasBias: false)), flat)
    let codes = try BinaryCodes(
      signs: [1, -1, 1, -1, 1, -1, 1, -1, 1, 1, 1, 1, -1, -1, -1, 1, 1, 1], scales: [0.5, 0.25],
      codeCount: 1, filterCount: 2, patchLength: 9)
    let record = LayerRecord(
      name: name, filters: 2, patchLength: 9, codes: 1, errorBefore: 0.5, errorAfter: 0.125,
      flips: 3, changedCodes: 0.25)
    var steps = [
      Provenance.Step(
        verb: "binarize", data: "images", seed: 7, options: ["method": "bwnh"],
        results: ["agreement": 97.5], layers: [record])
    ]
    if isTrainedFurther { steps.append(Provenance.Step(verb: "finetune")) }
    return try Model(
      graph: builder.graph(output: output),
      weights: [
        "\(name).weight": Weight(shape: [2, 1, 3, 3], storage: .binary(codes)),
        "fc.weight": Weight(shape: [2, 8], values: Array(repeating: 0.5, count: 16)),
      ], preprocessing: .fashionMNIST, labels: labels, provenance: Provenance(steps: steps))
  }

  static func report(_ model: Model, name: String = "small.signet") -> NetworkReport {
    var report = NetworkReport(
      author: "Signet 1", subject: MeasuredModel(name: name, model: model, fileBytes: 100))
    var other = MeasuredModel(name: "other.signet", model: model, fileBytes: 200)
    (other.accuracy, other.milliseconds) = (60, 0.5)
    report.others = [other]
    (report.subject.accuracy, report.subject.milliseconds) = (75, 0.25)
    report.twinMilliseconds = 1
    report.machine = .init(processor: "Abacus 3000", kernels: "reference", threads: 1)
    report.data = .init(name: "pets", images: 4, isLabelled: true)
    let scores = ClassScores(
      indices: [0, 1, 2, 3], classCount: 2, values: [2, 0, 0, 2, 0, 1, 0, 3])
    let classification = Classification(scores, expected: [0, 1, 0, 1])
    report.classification = classification
    report.misses = classification.misses.map { MissedImage(miss: $0, file: nil, picture: nil) }
    let layers = model.graph.layers.map(\.name)
    report.deviations = [
      .init(name: layers[0], relativeError: 0.25), .init(name: layers[1], relativeError: 0.0625),
    ]
    report.times = [
      LayerTiming(
        name: layers[0], kernel: "k", outputShape: [2, 2, 2], milliseconds: 0.2, share: 0.8,
        multiplyAdds: 72, hertz: nil, floatMilliseconds: 0.6)
    ]
    report.metrics = [1, 2].map {
      TrainingMetrics(
        epoch: Double($0), step: 10 * $0, loss: 1 / Double($0), top1: 50, validation: 40,
        learningRate: 0.1, imagesPerSecond: 100, time: 1)
    }
    report.commands = ["signet report small.signet -o page.html"]
    return report
  }
}

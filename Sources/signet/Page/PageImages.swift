import Foundation
import SignetData
import SignetModel
import SignetReport
import SignetRuntime
import SignetTraining
import Torch

/// What a page's models make of images.
struct PageImages {
  let maker: PageMaker
  let dataset: any ImageDataset

  /// Images of mistakes that are shown.
  private static let mostMisses = 24
  /// The longer side of a picture, in pixels.
  private static let side = 96
  private static let largestBatch = 16
  /// Of a network's largest value, for a batch.
  private static let heldBytes = 64 << 20

  private var model: Model { maker.subject.model }

  /// Whether there are labels, and they are classes of the model.
  private var isLabelled: Bool {
    guard maker.usesLabels, dataset.isLabelled, let classes else { return false }
    return (dataset.labels.max() ?? 0) < model.graph.shape(of: classes).elementCount
  }

  /// Images that are run at once.
  private var batchSize: Int {
    let largest = model.graph.shapes.values.map(\.elementCount).max() ?? 1
    return max(1, min(Self.largestBatch, Self.heldBytes / max(1, 4 * largest)))
  }

  /// The output of classes, if there is one.
  private var classes: GraphOutput? {
    model.graph.outputs.first { model.outputKind(of: $0).isOfClasses }
  }

  func add(to report: inout NetworkReport) throws {
    if let float = maker.float { try checkInputs(of: float) }
    let subject = try engine(model)
    let float = try maker.float.map { try engine($0.model) }
    report.data = NetworkReport.DataNote(
      name: dataset.name, images: dataset.count, isLabelled: isLabelled && classes != nil)
    if let classes { try addClasses(classes, subject, float, to: &report) }
    guard let float, let other = maker.float else {
      try PageMaps(images: self).add(subject, nil, to: &report)
      return
    }
    let (outputs, _) = try OutputFidelity.measure(
      subject, against: float, of: model, dataset: dataset, batchSize: batchSize,
      skipping: skipping, progress: progress("outputs"))
    report.fidelity = outputs
    try PageMaps(images: self).add(subject, float, to: &report)
    try TorchSettings.setThreads(maker.workers)
    let deviation = try DeviationMeasurement(model, against: other.model)
    report.deviations = try deviation.run(
      dataset.prefix(PageImages.deviationImages), of: model, skipping: skipping,
      progress: progress("layers"))
  }

  /// Enough for the error of layers, which varies little from image to image.
  private static let deviationImages = 64

  private func checkInputs(of float: PageMaker.Entry) throws {
    let (own, other) = (model.graph.inputs, float.model.graph.inputs)
    guard own.map(\.shape) == other.map(\.shape) else {
      throw CommandError.otherInputs(
        file: float.name, expected: own.map { "\($0.shape)" }, found: other.map { "\($0.shape)" })
    }
  }

  private func engine(_ model: Model) throws -> Engine {
    try Engine(
      model: model,
      options: Engine.Options(threads: maker.workers, maximumBatch: batchSize))
  }

  private func addClasses(
    _ output: GraphOutput, _ subject: Engine, _ float: Engine?, to report: inout NetworkReport
  ) throws {
    func scores(_ network: Engine, _ model: Model, _ name: String) throws -> ClassScores? {
      let same = model.graph.outputs.first { $0.name == output.name } ?? model.graph.outputs[0]
      guard
        model.graph.shape(of: same).elementCount == self.model.graph.shape(of: output).elementCount
      else { return nil }
      return try ClassScores.measure(
        network, of: model, output: same, dataset: dataset, batchSize: batchSize,
        skipping: skipping, progress: progress(name.printable))
    }
    guard let own = try scores(subject, model, maker.subject.name) else { return }
    let labels = dataset.labels
    let right = isLabelled ? own.indices.map { labels[$0] } : nil
    var reference: [Int]?
    if let float, let entry = maker.float, let other = try scores(float, entry.model, entry.name) {
      reference = other.indices.indices.map(other.top)
      report.float?.accuracy = right.map { Classification(other, expected: $0).accuracy }
    }
    func measure(_ scores: ClassScores, _ model: inout MeasuredModel) {
      model.accuracy = right.map { Classification(scores, expected: $0).accuracy }
      model.agreement = reference.map { Classification(scores, expected: $0).accuracy }
    }
    measure(own, &report.subject)
    for (index, entry) in maker.others.enumerated() {
      guard let other = try scores(engine(entry.model), entry.model, entry.name) else { continue }
      measure(other, &report.others[index])
    }
    report.data?.images = own.indices.count
    let names = dataset.classNames
    if report.classNames.isEmpty, isLabelled, names != names.indices.map(String.init) {
      report.classNames = names
    }
    guard let expected = right ?? reference else { return }
    let classification = Classification(own, expected: expected)
    report.classification = classification
    report.misses = classification.misses.prefix(Self.mostMisses).map { miss in
      MissedImage(
        miss: miss, file: dataset.file(at: miss.index)?.path, picture: picture(miss.index))
    }
  }

  /// The image as the network gets it; `nil` where it is none.
  func picture(_ index: Int) -> Picture? {
    let preprocessing = model.preprocessing
    let shape = model.graph.inputShape
    guard !dataset.holdsTensors, preprocessing.channelOrder != .none,
      let planes = try? dataset.pixels(at: index, shape: shape, preprocessing: preprocessing)
    else { return nil }
    return Picture(
      planes: planes, channels: shape.channels, height: shape.height, width: shape.width,
      isReversed: preprocessing.channelOrder == .bgr)?.reduced(to: Self.side)
  }

  var skipping: ((DataError) -> Void)? { maker.skipped.map { $0.note } }

  private func progress(_ part: String) -> (Int, Int) throws -> Void {
    let display = ProgressDisplay()
    return { display.show(ProgressLine(label: "report: \(part)", done: $0, total: $1)) }
  }
}

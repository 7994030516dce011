import SignetData
import SignetModel
import SignetReport

/// One output of a model held against what it should be, while the work's progress is shown.
struct Measurement {
  let model: Model
  let output: GraphOutput
  let network: any NamedNetwork
  let batchSize: Int
  /// `nil`: the first image that cannot be read is an error.
  let skipped: SkippedImages?
  private let display = ProgressDisplay()

  init(
    of output: GraphOutput, of model: Model, network: any NamedNetwork, batchSize: Int,
    skipped: SkippedImages?
  ) {
    self.model = model
    self.output = output
    self.network = network
    self.batchSize = batchSize
    self.skipped = skipped
  }

  /// - Parameter map: the output
  func segmentation(
    _ map: OutputMap, on dataset: any ImageDataset, targets: TargetFolder
  ) throws -> Segmentation {
    defer { display.finish() }
    return try Segmentation.measure(
      network, of: model, map: map, dataset: dataset, targets: targets, batchSize: batchSize,
      skipping: skipping, progress: progress)
  }

  /// - Parameters:
  ///   - map: the output
  ///   - range: a target's black and white in the output's numbers
  func reconstruction(
    _ map: OutputMap, on dataset: any ImageDataset, targets: TargetFolder,
    range: ClosedRange<Float>
  ) throws -> Reconstruction {
    defer { display.finish() }
    return try Reconstruction.measure(
      network, of: model, map: map, dataset: dataset, targets: targets, range: range,
      batchSize: batchSize, skipping: skipping, progress: progress)
  }

  func verification(_ pairs: ImagePairs) throws -> Verification {
    defer { display.finish() }
    return try Verification.measure(
      network, of: model, output: output.name, pairs: pairs, batchSize: batchSize,
      skipping: skipping, progress: progress)
  }

  private var skipping: ((DataError) -> Void)? {
    guard let skipped else { return nil }
    return { [display] error in
      display.finish()
      skipped.note(error)
    }
  }

  private func progress(done: Int, total: Int) {
    display.show(ProgressLine(label: "evaluate", done: done, total: total))
  }
}

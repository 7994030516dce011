import SignetData
import SignetModel

/// What is measured against files.
extension EvaluateCommand {
  /// The class of each place.
  func segmented() throws -> SegmentationReport {
    let model = try loaded()
    let (output, map) = try map(of: model)
    let dataset = try opened(for: model)
    let targets = try TargetFolder(measure.targetsURL, of: dataset, kind: .labels)
    let start = ContinuousClock.now
    let work = try measurement(model, output)
    let result = try work.segmentation(map, on: dataset, targets: targets)
    if map.channels == 1, !result.classes.contains(where: { $0.number > 0 && $0.places > 0 }) {
      Console.warn(
        "no label that counts is 1: a mask of 0 and 255 must be stored as 0 and 1, since 255 does not "
          + "count")
    }
    return SegmentationReport(
      output: output.name, miou: result.meanIntersectionOverUnion,
      pixelAccuracy: result.pixelAccuracy, classes: result.classes.map { .init($0) },
      images: result.images, skipped: work.skipped?.count ?? 0,
      seconds: (ContinuousClock.now - start) / .seconds(1), engine: running.engine.rawValue,
      threads: common.threadCount)
  }

  /// Pictures beside those that they should be.
  func reconstructed() throws -> ReconstructionReport {
    let model = try loaded()
    let (output, map) = try map(of: model)
    let dataset = try opened(for: model)
    let targets = try TargetFolder(measure.targetsURL, of: dataset, kind: .images)
    let start = ContinuousClock.now
    let work = try measurement(model, output)
    let result = try work.reconstruction(
      map, on: dataset, targets: targets, range: measure.range)
    if !result.isOfRange(measure.range) {
      Console.warn(
        "output '\(output.name.printable)' lies within \(result.outputRange.lowerBound) to "
          + "\(result.outputRange.upperBound), far from a target's black and white at "
          + "\(measure.range.lowerBound) and \(measure.range.upperBound): --target-range says where "
          + "they are")
    }
    return ReconstructionReport(
      output: output.name, psnr: result.psnr, peak: result.peak, images: result.images,
      skipped: work.skipped?.count ?? 0, seconds: (ContinuousClock.now - start) / .seconds(1),
      engine: running.engine.rawValue, threads: common.threadCount)
  }

  /// Embeddings of pairs.
  func verified() throws -> VerificationReport {
    let model = try loaded()
    let output = try output(of: model)
    let pairs = try ImagePairs(contentsOf: measure.targetsURL)
    let start = ContinuousClock.now
    let work = try measurement(model, output)
    let result = try work.verification(pairs)
    return VerificationReport(
      output: output.name, same: result.meanOfSame, different: result.meanOfDifferent,
      accuracy: result.accuracy, threshold: result.threshold, pairs: result.pairs,
      images: result.images, skipped: work.skipped?.count ?? 0,
      seconds: (ContinuousClock.now - start) / .seconds(1), engine: running.engine.rawValue,
      threads: common.threadCount)
  }

  private func measurement(_ model: Model, _ output: GraphOutput) throws -> Measurement {
    Measurement(
      of: output, of: model, network: try network(for: model), batchSize: batchSize,
      skipped: reading.skippedImages())
  }

  /// The output that is measured, as a map, which the metric asks for.
  private func map(of model: Model) throws(CommandError) -> (GraphOutput, OutputMap) {
    let output = try output(of: model)
    guard let map = OutputMap(output, of: model) else {
      throw .metric(measure.metric ?? .top1, file: self.model.path, outputs: [output.name])
    }
    return (output, map)
  }
}

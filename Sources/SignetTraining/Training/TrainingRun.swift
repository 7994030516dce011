import Foundation
import SignetData
import SignetModel
import Torch

/// One run of a trainer: the network being trained and everything its next step depends on.
final class TrainingRun {
  let options: TrainingOptions
  let model: Model
  let dataset: any ImageDataset
  let validation: (any ImageDataset)?
  let checkpoint: URL?
  let executor: Executor
  /// Shares the parameters; float32 whatever the training's precision.
  let evaluator: Executor
  let optimization: Optimization
  let loader: BatchLoader
  let totalSteps: Int
  /// What a checkpoint must have been made with.
  let fingerprint: [String: String]
  let verb: String
  private let loss: TrainingLoss
  /// Steps done.
  var step = 0
  /// Whether `checkpoint` holds a state of this run.
  var hasCheckpoint = false

  init(
    options: TrainingOptions, model: Model, teacher: Model?, dataset: any ImageDataset,
    validation: (any ImageDataset)?, checkpoint: URL?
  ) throws {
    self.options = options
    self.model = model
    self.dataset = dataset
    self.validation = validation
    self.checkpoint = checkpoint
    executor = try Executor(training: model, teacher: teacher, options: options)
    evaluator = Executor(graph: executor.graph, parameters: executor.parameters, options: .init())
    optimization = try Optimization(executor: executor, options: options)
    loss = try TrainingLoss(options: options, teacher: teacher)
    loader = BatchLoader(
      dataset: dataset, shape: model.graph.inputShape, preprocessing: model.preprocessing,
      batchSize: options.batchSize, shuffleSeed: options.seed, augmentation: options.augmentation,
      dropLast: dataset.count >= options.batchSize, prefetch: 4)
    totalSteps = options.totalSteps(batchesPerEpoch: loader.batchesPerEpoch)
    let isHashed = model.graph.nodes.contains { model.isBinary($0) }
    verb = isHashed || teacher != nil ? "finetune" : "train"
    var fingerprint = options.described
    fingerprint["seed"] = "\(options.seed)"
    fingerprint["model"] = try Digest.of(model)
    fingerprint["teacher"] = try teacher.map(Digest.of)
    fingerprint["data"] = "\(dataset.name), \(dataset.count) images"
    self.fingerprint = fingerprint
    try manualSeed(options.seed)
    try resumeIfPossible()
  }

  func toEnd(
    progress: (TrainingProgress) -> Void, shouldStop: () -> Bool
  ) throws -> Model {
    var meter = Meter(batchSize: options.batchSize, step: step, totalSteps: totalSteps)
    let batchesPerEpoch = loader.batchesPerEpoch
    var top1: Double?
    if step == 0 {
      top1 = try validate()
      progress(meter.report(step: step, batchesPerEpoch: batchesPerEpoch, top1: top1))
    }
    while step < totalSteps {
      let epoch = step / batchesPerEpoch
      let batches = loader.batches(epoch: epoch, from: step % batchesPerEpoch)
      while step < totalSteps, step / batchesPerEpoch == epoch, let batch = try batches.next() {
        if shouldStop() { throw try interruption() }
        meter.add(try train(on: batch), images: batch.count)
        if options.checkpointEverySteps > 0, step % options.checkpointEverySteps == 0 {
          try saveCheckpoint()
        }
        let endsEpoch = step % batchesPerEpoch == 0
        let validates =
          step == totalSteps || endsEpoch && (epoch + 1) % options.validateEveryEpochs == 0
        if validates || endsEpoch || step % options.progressEverySteps == 0 {
          meter.pause()
          top1 = validates ? try validate() : nil
          progress(meter.report(step: step, batchesPerEpoch: batchesPerEpoch, top1: top1))
        }
      }
    }
    try saveCheckpoint()
    return try result(top1: top1 ?? validate())
  }

  /// One step; the loss and the share of right answers before it.
  private func train(on batch: Batch) throws -> StepResult {
    let images = try Tensor(
      batch.images, shape: [batch.count] + model.graph.inputShape.extents)
    let labels = try Tensor(batch.labels, shape: [batch.count])
    let scores = try executor.forwardTraining(images)
    let loss = try loss(scores: scores, images: images, labels: labels)
    let value = try loss.item()
    guard value.isFinite else {
      throw TrainingError.lossNotFinite(
        step: step + 1, checkpoint: hasCheckpoint ? checkpoint : nil)
    }
    try loss.backward()
    let warmup = Int((options.warmupEpochs * Double(loader.batchesPerEpoch)).rounded())
    try optimization.step(
      step, factor: options.schedule.factor(step: step, total: totalSteps, warmup: warmup))
    step += 1
    let right = try noGrad { () throws(TorchError) -> Double in
      try scores.argmax(1).eq(labels).sum().item()
    }
    return StepResult(loss: value, right: Int(right))
  }

  /// Top-1 on the validation set in percent.
  private func validate() throws -> Double? {
    guard let validation else { return nil }
    return try Evaluation.measure(
      evaluator, dataset: validation, preprocessing: model.preprocessing,
      batchSize: max(options.batchSize, 256), progress: nil
    ).top1
  }

  private func interruption() throws -> TrainingError {
    if checkpoint != nil { try saveCheckpoint() }
    return .interrupted(checkpoint: checkpoint)
  }
}

extension Executor {
  /// A network to be trained: binary layers get latent weights.
  convenience init(
    training model: Model, teacher: Model?, options: TrainingOptions
  ) throws {
    let kept = options.binary ? try options.keep.layers(of: model.graph) : []
    let parameters = try model.graph.nodes.map { node in
      var parameters = try NodeParameters(node: node, weights: model.weights, channelsLast: true)
      if node.operation.isBinarizable, let weight = model.weight(.weight, of: node) {
        if let codes = weight.codes {
          let float = teacher?.weights[node.parameterName(.weight)]
          parameters.latent = try LatentWeight(weight: weight, codes: codes, teacher: float)
        } else if options.binary, !kept.contains(node.name) {
          parameters.latent = try LatentWeight(binarizing: weight)
        }
      }
      if parameters.latent != nil { parameters.tensors[.weight] = nil }
      return parameters
    }
    self.init(
      graph: model.graph, parameters: parameters,
      options: Executor.Options(precision: options.resolvedPrecision))
    latentClip = options.latentClip
  }
}

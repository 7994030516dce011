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
  let average: WeightAverage?
  let measured: MeasuredNetwork
  let optimization: Optimization
  let loader: BatchLoader
  let totalSteps: Int
  /// What a checkpoint must have been made with.
  let fingerprint: [String: String]
  let verb: String
  private let loss: TrainingLoss
  /// Steps done.
  var step = 0
  var best: BestValidation?
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
    average = try options.averageDecay.map { [executor] in
      try WeightAverage(of: executor, decay: $0)
    }
    measured = try MeasuredNetwork(
      of: executor, average: average, model: model, dataset: dataset, options: options)
    optimization = try Optimization(executor: executor, options: options)
    loss = try TrainingLoss(
      options: options, teacher: teacher, preprocessing: model.preprocessing)
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

  /// - Parameter keepBest: gets the network whenever a validation is better than all before
  func toEnd(
    progress: (TrainingProgress) throws -> Void, keepBest: (Model, Double) throws -> Void,
    shouldStop: () -> Bool
  ) throws -> Model {
    var meter = Meter(batchSize: options.batchSize, step: step, totalSteps: totalSteps)
    var top1: Double?
    func report() throws {
      try progress(
        meter.report(
          step: step, batchesPerEpoch: loader.batchesPerEpoch, learningRate: learningRate,
          top1: top1, bestTop1: best?.top1))
    }
    if step == 0 {
      top1 = try validate(keepBest: keepBest)
      try report()
    }
    while step < totalSteps, !hasLostPatience {
      let epoch = step / loader.batchesPerEpoch
      let batches = loader.batches(epoch: epoch, from: step % loader.batchesPerEpoch)
      while step < totalSteps, !hasLostPatience, step / loader.batchesPerEpoch == epoch,
        let batch = try batches.next()
      {
        if shouldStop() { throw try interruption() }
        meter.add(try train(on: batch, epoch: epoch), images: batch.count)
        let endsEpoch = step % loader.batchesPerEpoch == 0
        let validates =
          step == totalSteps || endsEpoch && (epoch + 1) % options.validateEveryEpochs == 0
        if validates || endsEpoch || step % options.progressEverySteps == 0 {
          meter.pause()
          top1 = validates ? try validate(keepBest: keepBest) : nil
          try report()
        }
        // After the validation, which is then not made again by a run that goes on from here.
        if options.checkpointEverySteps > 0, step % options.checkpointEverySteps == 0 {
          try saveCheckpoint()
        }
      }
    }
    try saveCheckpoint()
    return try result(top1: top1 ?? measureTop1())
  }

  /// One step; the loss and the number of right answers before it.
  private func train(on batch: Batch, epoch: Int) throws -> StepResult {
    var images = try Tensor(
      batch.images, shape: [batch.count] + model.graph.inputShape.extents)
    var targets = Targets(labels: try Tensor(batch.labels, shape: [batch.count]))
    if let share = options.mixup.share(
      seed: options.seed, epoch: epoch, step: step % loader.batchesPerEpoch)
    {
      // The order is random already, so the batch backwards makes random pairs.
      targets.mixed = (try targets.labels.flip([0]), share)
      images = try images * share + images.flip([0]) * (1 - share)
    }
    executor.progress = Double(step) / Double(totalSteps)
    let scores = try executor.forwardTraining(images)
    let loss = try loss(scores: scores, images: images, targets: targets)
    let value = try loss.item()
    guard value.isFinite else { throw try divergence(images: images) }
    try loss.backward()
    let norm = try optimization.clipGradients(options.gradientNorm ?? .infinity)
    guard norm.isFinite else { throw try gradientDivergence() }
    try optimization.step(step, factor: rateFactor)
    step += 1
    try average?.update(step: step)
    return StepResult(loss: value, right: try targets.rightCount(scores))
  }

  private var rateFactor: Double {
    let warmup = Int((options.warmupEpochs * Double(loader.batchesPerEpoch)).rounded())
    return options.schedule.factor(step: step, total: totalSteps, warmup: warmup)
  }

  private var learningRate: Double {
    (optimization.groups.map(\.learningRate).max() ?? 0) * rateFactor
  }

  private var hasLostPatience: Bool {
    guard let patience = options.patience, let best else { return false }
    return best.age >= patience * loader.batchesPerEpoch
  }

  private func validate(keepBest: (Model, Double) throws -> Void) throws -> Double? {
    guard let top1 = try measureTop1() else { return nil }
    let isBest = best?.add(top1: top1, step: step) ?? true
    if best == nil { best = BestValidation(top1: top1, step: step) }
    if isBest { try keepBest(result(top1: top1), top1) }
    return top1
  }

  /// Top-1 on the validation set in percent.
  private func measureTop1() throws -> Double? {
    guard let validation else { return nil }
    try measured.settle(step: step)
    return try Evaluation.measure(
      measured.executor, dataset: validation, preprocessing: model.preprocessing,
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
          parameters.latent = try LatentWeight(
            weight: weight, codes: codes, teacher: float, straightThrough: options.straightThrough)
        } else if options.binary, !kept.contains(node.name) {
          parameters.latent = try LatentWeight(
            binarizing: weight, straightThrough: options.straightThrough)
        }
        if options.straightThrough.rounding == .filters, let latent = parameters.latent {
          guard latent.scale.shape[0] == 1 else {
            throw TrainingError.mismatch(
              what: "layer '\(node.name)'", expected: "one code per filter",
              found: "\(latent.scale.shape[0])")
          }
        }
      }
      if parameters.latent != nil { parameters.tensors[.weight] = nil }
      return parameters
    }
    self.init(
      graph: model.graph, parameters: parameters,
      options: Executor.Options(precision: options.resolvedPrecision))
    straightThrough = options.straightThrough
  }
}

import Foundation
import SignetData
import SignetModel
import Torch

/// One run of a trainer: the network being trained and everything its next step depends on.
final class TrainingRun {
  let options: TrainingOptions
  let network: NormalizedNetwork
  let dataset: any ImageDataset
  let validation: Validation?
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
  let ranks: Ranks
  private let loss: TrainingLoss
  private let cancellation: Cancellation
  private let observer: TrainingObserver
  /// Where several processes share each batch.
  private let reducer: GradientReducer?
  /// Steps done.
  var step = 0
  var best: BestValidation?
  var meter: Meter
  /// Whether `checkpoint` holds a state of this run.
  var hasCheckpoint = false
  /// Whether any of the processes was asked to stop, as they told one another in the last step.
  private var isStopping = false

  var model: Model { network.model }

  init(
    options: TrainingOptions, model: Model, teacher: Model?, dataset: any ImageDataset,
    validation: (any ImageDataset)?, checkpoint: URL?, ranks: Ranks,
    cancellation: Cancellation, observer: TrainingObserver
  ) throws {
    self.options = options
    self.dataset = dataset
    self.checkpoint = checkpoint
    self.ranks = ranks
    self.cancellation = cancellation
    self.observer = observer
    network = try NormalizedNetwork(
      training: model, on: dataset, options: options, processes: ranks.count)
    executor = try Executor(
      training: network.model, teacher: teacher, options: options,
      normalized: Set(network.norms.keys), ranks: ranks)
    average = try options.averageDecay.map { [executor] in
      try WeightAverage(of: executor, decay: $0)
    }
    measured = try MeasuredNetwork(
      of: executor, average: average, model: network.model, dataset: dataset, options: options,
      ranks: ranks)
    optimization = try Optimization(executor: executor, options: options)
    let kinds = model.outputKinds
    let loss = try TrainingLoss(
      options: options, network: network.model, kinds: kinds, teacher: teacher)
    self.loss = loss
    self.validation = validation.map {
      Validation(
        dataset: $0, measure: options.validationMeasure(of: kinds), loss: loss, model: model,
        batchSize: max(options.batchSize, 256), ranks: ranks)
    }
    loader = BatchLoader(
      dataset: dataset, model: model,
      batchSize: options.batchSize, shuffleSeed: options.seed, augmentation: options.augmentation,
      dropLast: dataset.count >= options.batchSize, prefetch: 4,
      shard: ranks.shard)
    totalSteps = options.totalSteps(batchesPerEpoch: loader.batchesPerEpoch)
    meter = Meter(batchSize: options.batchSize, totalSteps: totalSteps)
    let isHashed = model.graph.nodes.contains { model.isBinary($0) }
    verb = isHashed || teacher != nil ? "finetune" : "train"
    var fingerprint = options.described
    fingerprint["seed"] = "\(options.seed)"
    fingerprint["model"] = try Digest.of(model)
    fingerprint["teacher"] = try teacher.map(Digest.of)
    if checkpoint != nil {
      fingerprint["data"] = dataset.fingerprint
      fingerprint["validation"] = validation?.fingerprint
    }
    self.fingerprint = fingerprint
    reducer = try ranks.group.map { [executor] group in
      try GradientReducer(group: group, parameters: executor.trainedTensors)
    }
    // Of its own in each process, so that no two drop the same values.
    try manualSeed(options.seed &+ UInt64(ranks.rank))
    // Processors of other kinds may have measured other statistics.
    try ranks.takeFromFirst(state.map(\.tensor))
    try resumeIfPossible()
  }

  func toEnd() throws -> TrainingResult {
    meter.resume()
    func report(_ score: ValidationScore?) throws {
      ranks.note("step \(step)")
      try observer.progress(
        meter.report(
          step: step, batchesPerEpoch: loader.batchesPerEpoch, learningRate: learningRate,
          validation: score, best: best?.best.score))
    }
    if step == 0 || validates(after: step) && best?.latest.step != step {
      try validate()
      try report(best?.latest.score)
    }
    while step < totalSteps, !hasLostPatience {
      let epoch = step / loader.batchesPerEpoch
      let batches = loader.batches(epoch: epoch, from: step % loader.batchesPerEpoch)
      while step < totalSteps, !hasLostPatience, step / loader.batchesPerEpoch == epoch,
        let batch = try batches.next()
      {
        try stopIfAsked()
        meter.add(try train(on: batch, epoch: epoch))
        let endsEpoch = step % loader.batchesPerEpoch == 0
        let validates = validates(after: step)
        if validates || endsEpoch || step % options.progressEverySteps == 0 {
          meter.pause()
          if validates { try validate() }
          try report(validates ? best?.latest.score : nil)
        }
        // After the validation, which is then not made again by a run that goes on from here.
        if options.checkpointEverySteps > 0, step % options.checkpointEverySteps == 0 {
          try saveCheckpoint()
        }
      }
    }
    try saveCheckpoint()
    ranks.leave()
    return try result()
  }

  /// One step; the loss and the number of images classified rightly before it.
  private func train(on batch: Batch, epoch: Int) throws -> StepResult {
    var inputs = try batch.tensors(for: model.graph)
    var targets = Targets(labels: try Tensor(batch.labels, shape: [batch.count]))
    if let share = options.mixup.share(
      seed: options.seed, epoch: epoch, step: step % loader.batchesPerEpoch)
    {
      // The order is random already, so the batch backwards makes random pairs.
      targets.mixed = (try targets.labels.flip([0]), share)
      inputs = try inputs.map { try $0 * share + $0.flip([0]) * (1 - share) }
    }
    executor.progress = Double(step) / Double(totalSteps)
    let outputs = try executor.forwardTraining(inputs)
    let teacher = try loss.teacherOutputs(for: inputs)
    var loss = try loss(outputs: outputs, teacher: teacher, targets: targets)
    let own = StepResult(
      loss: try loss.item(), images: batch.count,
      right: try rightCount(outputs, teacher: teacher, targets),
      // One process is asked between steps only.
      isStopping: ranks.count > 1 && cancellation.isAsked)
    let statistics = executor.statistics.map(\.tensor)
    let (result, common) = try ranks.sum(own, statistics: statistics)
    isStopping = result.isStopping
    guard own.loss.isFinite else { throw try divergence(inputs: inputs) }
    guard result.loss.isFinite else { throw diverged(at: nil, .outputs) }
    if batch.count * ranks.count != result.images {
      // The mean over processes of means over parts that differ.
      loss = try loss * (Double(batch.count * ranks.count) / Double(result.images))
    }
    try reducer?.prepare(for: loss)
    do throws(TorchError) {
      try loss.backward()
    } catch {
      throw ranks.explained(error)
    }
    // Only now: the backward pass reads what the forward pass left.
    for (statistic, mean) in zip(statistics, common) { try statistic.copy(from: mean) }
    let norm = try optimization.clipGradients(options.gradientNorm ?? .infinity)
    guard norm.isFinite else { throw try gradientDivergence() }
    try optimization.step(step, factor: rateFactor)
    step += 1
    try average?.update(step: step)
    return result
  }

  /// Images with the highest score where the label or, where labels are not learned from, the
  /// teacher has it; `nil` where there is not one output of scores.
  private func rightCount(
    _ outputs: [Tensor], teacher: [Tensor]?, _ targets: Targets
  ) throws -> Int? {
    guard outputs.count == 1, network.original.outputKind.isOfClasses else { return nil }
    if options.learnsFromLabels { return try targets.rightCount(outputs[0]) }
    return try teacher?.first.map {
      try Targets(labels: $0.flatten(from: 1).argmax(1)).rightCount(outputs[0])
    }
  }

  private var rateFactor: Double {
    let warmup = Int((options.warmupEpochs * Double(loader.batchesPerEpoch)).rounded())
    return options.schedule.factor(
      step: step, total: totalSteps, warmup: max(warmup, options.warmupSteps))
  }

  private var learningRate: Double {
    (optimization.groups.map(\.learningRate).max() ?? 0) * rateFactor
  }

  private var hasLostPatience: Bool {
    guard let patience = options.patience, let best else { return false }
    return best.age >= patience * loader.batchesPerEpoch
  }

  private func validates(after step: Int) -> Bool {
    guard validation != nil else { return false }
    let (epochs, rest) = step.quotientAndRemainder(dividingBy: loader.batchesPerEpoch)
    return step == totalSteps || rest == 0 && epochs % options.validateEveryEpochs == 0
  }

  private func validate() throws {
    guard let validation else { return }
    try measured.updateStatistics(at: step)
    let outcome = try validation.outcome(of: measured.executor) { done, total in
      try observer.validating(done, total)
      // Several processes stop together, between steps.
      if done < total, ranks.count == 1 { try stopIfAsked() }
    }
    if best == nil {
      best = BestValidation(outcome, step: step, model: try trained())
    } else {
      try best?.add(outcome, step: step) { try trained() }
    }
  }

  /// Ends the run where that is wished for, its state kept.
  private func stopIfAsked() throws {
    guard ranks.count == 1 ? cancellation.isAsked : isStopping else { return }
    if checkpoint != nil { try saveCheckpoint() }
    ranks.leave()
    throw TrainingError.interrupted(checkpoint: checkpoint)
  }
}

import Foundation
import SignetData

extension TrainingOptions {
  /// - Throws: ``TrainingError/option(name:expected:found:)`` for the first that makes no sense.
  func check() throws(TrainingError) {
    switch duration {
    case .epochs(let epochs):
      try require(epochs.isFinite && epochs > 0, "epochs", "above 0", epochs)
    case .steps(let steps):
      try require(steps > 0, "steps", "at least 1", steps)
    }
    try require(batchSize >= 1, "batchSize", "at least 1", batchSize)
    try require(
      learningRate.isFinite && learningRate >= 0, "learningRate", "0 or more", learningRate)
    if let rate = latentLearningRate {
      try require(rate.isFinite && rate >= 0, "latentLearningRate", "0 or more", rate)
    }
    try require(weightDecay.isFinite && weightDecay >= 0, "weightDecay", "0 or more", weightDecay)
    try require(
      warmupEpochs.isFinite && warmupEpochs >= 0, "warmupEpochs", "0 or more", warmupEpochs)
    try require(warmupSteps >= 0, "warmupSteps", "0 or more", warmupSteps)
    if let averageDecay {
      try require(
        (0..<1).contains(averageDecay), "averageDecay", "0 or more, below 1", averageDecay)
    }
    try require(gradientNorm ?? 1 > 0, "gradientNorm", "above 0", gradientNorm ?? 1)
    try require(statisticsBatches >= 0, "statisticsBatches", "0 or more", statisticsBatches)
    try require(patience ?? 1 >= 1, "patience", "at least 1", patience ?? 1)
    try require(
      mixup == .none || Mixup.range.contains(mixup.alpha), "mixup",
      "\(Mixup.range.lowerBound) to \(Mixup.range.upperBound), or 0 for none", mixup.alpha)
    try require(
      checkpointEverySteps >= 0, "checkpointEverySteps", "0 or more", checkpointEverySteps)
    try require(
      validateEveryEpochs >= 1, "validateEveryEpochs", "at least 1", validateEveryEpochs)
    try require(progressEverySteps >= 1, "progressEverySteps", "at least 1", progressEverySteps)
    try require(threads ?? 1 >= 1, "threads", "at least 1", threads ?? 1)
    try checkOptimizer()
    try checkLoss()
    try checkStraightThrough()
  }

  private func checkStraightThrough() throws(TrainingError) {
    if case .clipped(let bound) = straightThrough.gradient {
      try require(bound > 0, "gradient bound", "above 0", bound)
    }
    let bound = straightThrough.latentBound
    try require(bound > 0, "latentBound", "above 0", bound)
    if let dampening = straightThrough.dampening {
      let (strength, reach) = (dampening.strength, dampening.reach)
      try require(strength.isFinite && strength > 0, "dampening", "above 0", strength)
      try require(reach.isFinite && reach > 0, "dampening's reach", "above 0", reach)
    }
    if straightThrough.rounding == .filters {
      // A learned scale would learn nothing from filters that stay in float.
      let scale = straightThrough.scale
      try require(scale == .mean, "scale", "mean with rounding by filters", scale.rawValue)
    }
  }

  private func checkOptimizer() throws(TrainingError) {
    switch optimizer {
    case .sgd(let momentum, _):
      try require((0..<1).contains(momentum), "momentum", "0 or more, below 1", momentum)
    case .adam(let beta1, let beta2, let epsilon):
      try require((0..<1).contains(beta1), "beta1", "0 or more, below 1", beta1)
      try require((0..<1).contains(beta2), "beta2", "0 or more, below 1", beta2)
      try require(epsilon > 0, "epsilon", "above 0", epsilon)
    }
  }

  private func checkLoss() throws(TrainingError) {
    switch loss {
    case .crossEntropy(let smoothing):
      try require((0..<1).contains(smoothing), "labelSmoothing", "0 or more, below 1", smoothing)
    case .distillation(let temperature, let labelsWeight, let smoothing):
      try require((0..<1).contains(smoothing), "labelSmoothing", "0 or more, below 1", smoothing)
      try require(temperature.isFinite && temperature > 0, "temperature", "above 0", temperature)
      try require(
        labelsWeight.isFinite && labelsWeight >= 0, "labelsWeight", "0 or more", labelsWeight)
    }
  }

  private func require(
    _ condition: Bool, _ name: String, _ expected: String, _ found: some CustomStringConvertible
  ) throws(TrainingError) {
    guard condition else { throw .option(name: name, expected: expected, found: "\(found)") }
  }

  /// The learning rates of latent weights and of everything else.
  func learningRates(hasLatents: Bool) -> (latents: Double, rest: Double) {
    if let latentLearningRate { return (latentLearningRate, learningRate) }
    guard hasLatents, case .adam = optimizer else { return (learningRate, learningRate) }
    return (learningRate, learningRate / 10)
  }

  func totalSteps(batchesPerEpoch: Int) -> Int {
    switch duration {
    case .epochs(let epochs): max(1, Int((epochs * Double(batchesPerEpoch)).rounded()))
    case .steps(let steps): steps
    }
  }

  var resolvedPrecision: Executor.Precision { precision ?? .fastest }
}

import SignetData

/// What provenance and checkpoints say of a training, in words.
extension TrainingOptions {
  /// The options that shape the result, by name; how often is reported or saved does not.
  var described: [String: String] {
    var options = [
      "duration": "\(duration)", "batchSize": "\(batchSize)", "optimizer": "\(optimizer)",
      "learningRate": "\(learningRate.plain)", "weightDecay": "\(weightDecay.plain)",
      "schedule": "\(schedule)", "warmupEpochs": "\(warmupEpochs.plain)", "loss": "\(loss)",
      "augmentation": "\(augmentation)", "precision": resolvedPrecision.rawValue,
      "straightThrough": "\(straightThrough)",
    ]
    if warmupSteps > 0 { options["warmupSteps"] = "\(warmupSteps)" }
    if let latentLearningRate { options["latentLearningRate"] = "\(latentLearningRate)" }
    if binary { options["binaryKeep"] = "\(keep)" }
    if let averageDecay { options["averageDecay"] = "\(averageDecay)" }
    if let gradientNorm { options["gradientNorm"] = "\(gradientNorm)" }
    if statisticsBatches > 0 { options["recalibratedBatchNorms"] = "\(statisticsBatches) batches" }
    if mixup != .none { options["mixup"] = "\(mixup.alpha)" }
    if synchronizesBatchNorm { options["batchNorm"] = "of all processes" }
    if let patience {
      options["patience"] = "\(patience) epochs, measured every \(validateEveryEpochs)"
    }
    return options
  }
}

extension TrainingOptions.Duration: CustomStringConvertible {
  public var description: String {
    switch self {
    case .epochs(let epochs): "\(epochs.plain) epochs"
    case .steps(let steps): "\(steps) steps"
    }
  }
}

extension TrainingOptions.Optimizer: CustomStringConvertible {
  public var description: String {
    switch self {
    case .sgd(let momentum, let nesterov):
      "sgd with \(nesterov ? "Nesterov's " : "")momentum \(momentum.plain)"
    case .adam(let beta1, let beta2, let epsilon):
      "adam with betas \(beta1.plain) and \(beta2.plain), epsilon \(epsilon.plain)"
    }
  }
}

extension TrainingOptions.Loss: CustomStringConvertible {
  public var description: String {
    func smoothed(_ smoothing: Double) -> String {
      smoothing > 0 ? ", labels smoothed by \(smoothing.plain)" : ""
    }
    switch self {
    case .crossEntropy(let smoothing):
      return "cross entropy" + smoothed(smoothing)
    case .distillation(let temperature, let labelsWeight, let smoothing):
      return "distillation at temperature \(temperature.plain), labels weigh "
        + labelsWeight.plain + smoothed(smoothing)
    }
  }
}

extension Double {
  /// Without the zero behind the point of whole numbers.
  var plain: String {
    let text = "\(self)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}

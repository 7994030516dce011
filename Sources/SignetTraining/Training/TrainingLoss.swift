import SignetModel
import Torch

/// The loss of a run, with the teacher it may need.
struct TrainingLoss {
  private let loss: TrainingOptions.Loss
  private let teacher: (executor: Executor, input: TeacherInput)?

  /// - Parameter preprocessing: the trained network's
  init(options: TrainingOptions, teacher: Model?, preprocessing: Preprocessing) throws {
    loss = options.loss
    if case .distillation = options.loss, let teacher {
      // Its batch norms only cost time: nothing of it is trained.
      let executor = try Executor(
        model: teacher.foldingBatchNorms(), options: .init(precision: options.resolvedPrecision))
      let input = try TeacherInput(network: preprocessing, teacher: teacher.preprocessing)
      self.teacher = (executor, input)
    } else {
      self.teacher = nil
    }
  }

  /// - Parameters:
  ///   - scores: N × classes
  ///   - images: N × C × H × W, what the scores were computed from
  func callAsFunction(scores: Tensor, images: Tensor, targets: Targets) throws -> Tensor {
    switch loss {
    case .crossEntropy(let labelSmoothing):
      return try targets.crossEntropy(scores, labelSmoothing: labelSmoothing)
    case .distillation(let temperature, let labelsWeight, let labelSmoothing):
      guard let teacher else {
        throw TrainingError.missing(what: "a teacher", neededBy: "distillation")
      }
      let target = try teacher.executor.forward(teacher.input(images))
      let divergence = try Self.distillation(
        scores: scores, teacher: target, temperature: temperature)
      guard labelsWeight > 0 else { return divergence }
      let labels = try targets.crossEntropy(scores, labelSmoothing: labelSmoothing)
      return try divergence + labels * labelsWeight
    }
  }

  /// T² · KL(softmax(teacher / T) ‖ softmax(scores / T)), the mean over the batch (Hinton, Vinyals &
  /// Dean 2015, section 2.1: T² keeps the gradients' size).
  static func distillation(
    scores: Tensor, teacher: Tensor, temperature: Double
  ) throws(TorchError) -> Tensor {
    let logQ = try (scores / temperature).logSoftmax(1)
    let logP = try (teacher / temperature).logSoftmax(1)
    return try logQ.klDivergence(fromLog: logP) * (temperature * temperature)
  }
}

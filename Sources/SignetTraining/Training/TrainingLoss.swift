import SignetModel
import Torch

/// The loss of a run, with the teacher it may need.
struct TrainingLoss {
  private let loss: TrainingOptions.Loss
  private let outputKind: OutputKind
  private let teacher: (executor: Executor, input: TeacherInput)?

  /// - Parameters:
  ///   - network: what is trained; one that ends in a softmax without it
  ///   - teacher: as it came
  init(options: TrainingOptions, network: Model, outputKind: OutputKind, teacher: Model?) throws {
    loss = options.loss
    self.outputKind = outputKind
    if case .distillation = options.loss, let teacher {
      // Its batch norms only cost time: nothing of it is trained.
      let executor = try Executor(
        model: teacher.foldingBatchNorms().endingInScores(),
        options: .init(precision: options.resolvedPrecision))
      let input = try TeacherInput(
        network: network.preprocessing, teacher: teacher.preprocessing)
      self.teacher = (executor, input)
    } else {
      self.teacher = nil
    }
  }

  /// What the teacher makes of the images; `nil` without one.
  ///
  /// - Parameter images: N × C × H × W, normalised for the network
  func answers(to images: Tensor) throws -> Tensor? {
    try teacher.map { teacher in try teacher.executor.forward(teacher.input(images)) }
  }

  /// - Parameters:
  ///   - scores: N × the outputs
  ///   - answers: the teacher's, N × the outputs
  func callAsFunction(scores: Tensor, answers: Tensor?, targets: Targets) throws -> Tensor {
    switch loss {
    case .crossEntropy(let labelSmoothing):
      return try targets.crossEntropy(scores, labelSmoothing: labelSmoothing)
    case .distillation(let temperature, let labelsWeight, let labelSmoothing):
      guard let answers else {
        throw TrainingError.missing(what: "a teacher", neededBy: "distillation")
      }
      let divergence =
        outputKind.isOfClasses
        ? try Self.distillation(scores: scores, teacher: answers, temperature: temperature)
        : try Self.relativeError(outputs: scores, teacher: answers)
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
    let logQ = try (scores / temperature).flatten(from: 1).logSoftmax(1)
    let logP = try (teacher / temperature).flatten(from: 1).logSoftmax(1)
    return try logQ.klDivergence(fromLog: logP) * (temperature * temperature)
  }

  /// ‖y − ŷ‖² / ‖y‖² of the whole batch, for outputs that are no class scores.
  static func relativeError(
    outputs: Tensor, teacher: Tensor
  ) throws(TorchError) -> Tensor {
    let difference = try outputs - teacher
    let energy = try (teacher * teacher).sum() + 1e-20
    return try (difference * difference).sum() / energy
  }
}

extension Model {
  /// The same network without a softmax at its end.
  func endingInScores() throws -> Model {
    guard let scores = graph.scoresBeforeSoftmax else { return self }
    return try with(
      graph: Graph(
        inputs: graph.inputs, nodes: graph.nodes,
        outputs: [GraphOutput(name: scores, value: scores)]), labels: [])
  }
}

extension TrainingOptions {
  /// Whether the images' labels are learned from.
  public var learnsFromLabels: Bool {
    switch loss {
    case .crossEntropy: true
    case .distillation(_, let labelsWeight, _): labelsWeight > 0
    }
  }
}

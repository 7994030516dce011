import SignetModel
import Torch

/// The loss of a run, with the teacher it may need.
struct TrainingLoss {
  private let loss: TrainingOptions.Loss
  /// By output.
  private let kinds: [OutputKind]
  private let teacher: (executor: Executor, input: TeacherInput)?

  /// - Parameters:
  ///   - network: what is trained; one that ends in a softmax without it
  ///   - kinds: of its outputs as it came
  ///   - teacher: as it came
  init(options: TrainingOptions, network: Model, kinds: [OutputKind], teacher: Model?) throws {
    loss = options.loss
    self.kinds = kinds
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

  /// What the teacher makes of samples, by output; `nil` without one.
  ///
  /// - Parameter inputs: one per input, N × its shape, normalised for the network
  func teacherOutputs(for inputs: [Tensor]) throws -> [Tensor]? {
    try teacher.map { teacher in try teacher.executor.predicted(teacher.input(inputs)) }
  }

  /// What labels ask for is asked of the first output alone; what a teacher adds is the sum over
  /// the outputs.
  ///
  /// - Parameters:
  ///   - outputs: N × the output's shape, of each
  ///   - teacher: the teacher's, likewise
  func callAsFunction(outputs: [Tensor], teacher: [Tensor]?, targets: Targets) throws -> Tensor {
    let scores = outputs[0]
    switch loss {
    case .crossEntropy(let labelSmoothing):
      return try targets.crossEntropy(scores, labelSmoothing: labelSmoothing)
    case .distillation(let temperature, let labelsWeight, let labelSmoothing):
      guard let teacher else {
        throw TrainingError.missing(what: "a teacher", neededBy: "distillation")
      }
      var divergences: [Tensor] = []
      for (index, (own, other)) in zip(outputs, teacher).enumerated() {
        divergences.append(
          kinds[index].isOfClasses
            ? try Self.distillation(scores: own, teacher: other, temperature: temperature)
            : try Self.relativeError(outputs: own, teacher: other))
      }
      let divergence = try divergences.dropFirst().reduce(divergences[0]) { try $0 + $1 }
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
  /// The same network without softmaxes at its ends.
  func endingInScores() throws -> Model {
    let outputs = graph.trainedOutputs
    guard outputs != graph.outputs else { return self }
    return try with(
      graph: Graph(
        inputs: graph.inputs, nodes: graph.nodes, outputs: outputs, sizeRules: graph.sizeRules),
      labels: [])
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

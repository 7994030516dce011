import Foundation
import SignetData
import SignetModel
import Torch

/// Trains a network from its present weights, or fine-tunes a hashed one.
///
/// Binary layers keep latent float weights whose signs are the codes; gradients pass the sign by
/// the straight-through estimator that ``TrainingOptions/straightThrough`` chooses. The result holds
/// codes and scales again.
public struct Trainer: Sendable {
  public var options: TrainingOptions

  public init(options: TrainingOptions = TrainingOptions()) {
    self.options = options
  }

  /// Runs to the end, or from where `checkpoint` says an earlier run of the same options stopped;
  /// the result is then, on as many threads, bit for bit that of the run never interrupted.
  ///
  /// The checkpoint is left in place at the end too, so that a crash before the model is saved
  /// loses nothing: remove it once it is.
  ///
  /// - Parameters:
  ///   - model: float layers are trained as such, binary ones through latent weights
  ///   - teacher: the float network for distillation and, in layers of the same name and shape, for
  ///     the latents' magnitudes; any other network of the same input shape, channel order and class
  ///     count can teach, too
  ///   - validation: measured before the first step, between epochs and at the end
  ///   - checkpoint: where the state is kept; `nil` keeps none
  ///   - keepBest: gets the network whenever a validation is better than all before, the first
  ///     included
  /// - Throws: ``TrainingError``; `.interrupted` once `shouldStop` says so.
  public func run(
    _ model: Model, teacher: Model? = nil, dataset: any ImageDataset,
    validation: (any ImageDataset)? = nil, checkpoint: URL? = nil,
    progress: (TrainingProgress) throws -> Void = { _ in },
    keepBest: (_ model: Model, _ top1: Double) throws -> Void = { _, _ in },
    shouldStop: () -> Bool = { false }
  ) throws(TrainingError) -> Model {
    try options.check()
    try checkFit(model, teacher: teacher, dataset: dataset, validation: validation)
    return try TrainingError.wrapping {
      if let threads = options.threads { try TorchSettings.setThreads(threads) }
      TorchSettings.keepFreedMemory()
      // Momentum decays into denormals, which slow arithmetic down a hundredfold.
      TorchSettings.setFlushDenormals(true)
      let run = try TrainingRun(
        options: options, model: model, teacher: teacher, dataset: dataset,
        validation: validation, checkpoint: checkpoint)
      return try run.toEnd(progress: progress, keepBest: keepBest, shouldStop: shouldStop)
    }
  }

  private func checkFit(
    _ model: Model, teacher: Model?, dataset: any ImageDataset, validation: (any ImageDataset)?
  ) throws(TrainingError) {
    if case .distillation = options.loss, teacher == nil {
      throw .missing(what: "a teacher", neededBy: "distillation")
    }
    if options.patience != nil, validation == nil {
      throw .missing(what: "validation images", neededBy: "patience")
    }
    if let teacher {
      guard teacher.classCount == model.classCount else {
        throw .mismatch(
          what: "teacher", expected: "\(model.classCount) classes", found: "\(teacher.classCount)")
      }
      guard teacher.graph.inputShape == model.graph.inputShape else {
        throw .mismatch(
          what: "teacher", expected: "an input of \(model.graph.inputShape)",
          found: "\(teacher.graph.inputShape)")
      }
      let orders = (
        model.preprocessing.channelOrder.rawValue, teacher.preprocessing.channelOrder.rawValue
      )
      guard orders.0 == orders.1 else {
        throw .mismatch(
          what: "teacher", expected: "the network's channel order \(orders.0)", found: orders.1)
      }
    }
    for dataset in [dataset, validation].compactMap({ $0 }) {
      guard dataset.count > 0 else {
        throw .mismatch(what: dataset.name, expected: "at least one image", found: "none")
      }
      if let largest = dataset.labels.max(), largest >= model.classCount {
        throw .mismatch(
          what: dataset.name, expected: "labels below \(model.classCount)", found: "\(largest)")
      }
    }
  }
}

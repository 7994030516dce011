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
  /// How the network is trained.
  public var options: TrainingOptions

  /// A trainer; the options are checked when it is run.
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
  ///   - dataset: the images to learn from
  ///   - validation: images apart from those of `dataset`, measured before the first step, between
  ///     epochs and at the end; the best of these networks is the result
  ///   - checkpoint: where the state is kept; `nil` keeps none. The first of several processes writes
  ///     it and reads it for all
  ///   - ranks: the processes that share each batch: all run this with the same arguments. The result is
  ///     the same in each to the bit, and that of one process up to the order of sums and, unless
  ///     ``TrainingOptions/synchronizesBatchNorm`` is set, the statistics of parts of a batch
  ///   - progress: called every ``TrainingOptions/progressEverySteps`` steps, and after validations
  ///   - validating: called while a validation is made with the images done and their total
  /// - Throws: ``TrainingError``; `.interrupted` once `cancellation` is asked for.
  public func run(
    _ model: Model, teacher: Model? = nil, dataset: any ImageDataset,
    validation: (any ImageDataset)? = nil, checkpoint: URL? = nil,
    ranks: Ranks = .alone, cancellation: Cancellation = .none,
    progress: (TrainingProgress) throws -> Void = { _ in },
    validating: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
  ) throws(TrainingError) -> TrainingResult {
    try options.check()
    try checkFit(
      model, teacher: teacher, dataset: dataset, validation: validation, processes: ranks.count)
    return try TrainingError.wrapping {
      if let threads = options.threads { try TorchSettings.setThreads(threads) }
      TorchSettings.keepFreedMemory()
      // Momentum decays into denormals, which slow arithmetic down a hundredfold.
      TorchSettings.setFlushDenormals(true)
      return try withoutActuallyEscaping(progress) { progress in
        try withoutActuallyEscaping(validating) { validating in
          try TrainingRun(
            options: options, model: model, teacher: teacher, dataset: dataset,
            validation: validation, checkpoint: checkpoint, ranks: ranks,
            cancellation: cancellation,
            observer: TrainingObserver(progress: progress, validating: validating)
          ).toEnd()
        }
      }
    }
  }
}

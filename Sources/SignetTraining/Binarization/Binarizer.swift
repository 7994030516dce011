import Foundation
import SignetData
import SignetModel
import Torch

/// Turns a float network's weights into codes, layer by layer in graph order (BWNH).
///
/// The calibration images run through the float network and through the one whose earlier layers
/// are binary already, together: the whole network costs one forward pass of each. Images that
/// calibrate nothing tell in the end how often, or how nearly, the two agree.
///
/// The result depends on the model, the images and the options, on the vector instructions that the
/// kernels use, and not on the threads.
public struct Binarizer: Sendable {
  /// How layers are binarized, and which.
  public var options: BinarizationOptions

  /// - Parameter options: the usual ones binarize all but the layers that hold few weights
  public init(options: BinarizationOptions = BinarizationOptions()) {
    self.options = options
  }

  /// Each solved layer is kept in `checkpoint`; an interrupted run goes on there and ends with the
  /// same codes. The checkpoint is left in place at the end: remove it once the model is saved.
  ///
  /// - Parameters:
  ///   - dataset: where the calibration images come from; labels are not read. BWN does without,
  ///     its errors are then those of the weights.
  ///   - ranks: the processes that share the work: all run this with the same arguments, to the same
  ///     result as one alone. The first of them reads and writes `checkpoint`
  ///   - began: called once, before any work, with the images that will be used
  ///   - warned: called where the images are such that the result is worth little
  ///   - progress: called after each layer with its record, its place from 0 and the count
  ///   - chosen: called once, before that, with what a budget gave each layer
  ///   - tried: called after each budget that was tried, where the smallest is looked for
  ///   - skipping: called for each image that cannot be read and has another in its place; with
  ///     `nil` the first one is thrown
  /// - Throws: ``TrainingError``; `.interrupted` once `cancellation` is asked for; `.memory`, before
  ///   any work, where what is allowed does not hold a few images.
  public func run(
    _ model: Model, dataset: (any ImageDataset)?, checkpoint: URL? = nil,
    ranks: Ranks = .alone, cancellation: Cancellation = .none,
    progress: @escaping (LayerRecord, Int, Int) -> Void = { _, _, _ in },
    chosen: @escaping ([LayerChoice]) -> Void = { _ in },
    tried: @escaping (BudgetTrial) -> Void = { _ in },
    skipping: ((DataError) -> Void)? = nil,
    began: @escaping (CalibrationImages) -> Void = { _ in },
    warned: @escaping (BinarizationWarning) -> Void = { _ in }
  ) throws(TrainingError) -> Model {
    try options.check()
    return try TrainingError.wrapping {
      if let threads = options.threads { try TorchSettings.setThreads(threads) }
      let run = try BinarizationRun(
        options: options, model: model, dataset: dataset, checkpoint: checkpoint,
        ranks: ranks, cancellation: cancellation,
        observer: BinarizationObserver(
          solved: progress, chosen: chosen, tried: tried, skipping: skipping, warned: warned))
      if let set = run.set { began(set.images) }
      TorchSettings.returnFreedMemory()
      return try TorchSettings.withThreads(1) { try run.toEnd() }
    }
  }

  /// The layers that the options leave in float, in forward order.
  ///
  /// - Throws: ``TrainingError/unknownLayer(pattern:suggestion:layers:)``
  public func layersKept(in model: Model) throws(TrainingError) -> [KeptLayer] {
    try options.keep.keptLayers(of: model.graph)
  }
}

/// Who watches a binarization.
struct BinarizationObserver {
  /// After each layer: its record, its place from 0 and the count.
  var solved: (LayerRecord, Int, Int) -> Void = { _, _, _ in }
  /// What a budget gave each layer.
  var chosen: ([LayerChoice]) -> Void = { _ in }
  /// A budget that was tried.
  var tried: (BudgetTrial) -> Void = { _ in }
  /// An image that cannot be read; `nil`: the first one is an error.
  var skipping: ((DataError) -> Void)?
  var warned: (BinarizationWarning) -> Void = { _ in }
}

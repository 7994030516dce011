import Foundation
import SignetData
import SignetModel
import Torch

/// Turns a float network's weights into codes, layer by layer in graph order (BWNH).
///
/// The calibration images run through the float network and through the one whose earlier layers
/// are binary already, together: the whole network costs one forward pass of each.
public struct Binarizer: Sendable {
  public var options: BinarizationOptions

  public init(options: BinarizationOptions = BinarizationOptions()) {
    self.options = options
  }

  /// Each solved layer is kept in `checkpoint`; an interrupted run goes on there and ends with the
  /// same codes. The checkpoint is left in place at the end: remove it once the model is saved.
  ///
  /// - Parameters:
  ///   - dataset: where the calibration images come from; labels are not read. BWN does without,
  ///     its errors are then those of the weights.
  ///   - progress: called after each layer with its record, its place from 0 and the count
  ///   - chosen: called once, before that, with what a budget gave each layer
  ///   - skipping: called for each image that cannot be read and has another in its place; with
  ///     `nil` the first one is thrown
  /// - Throws: ``TrainingError``; `.interrupted` once `shouldStop` says so.
  public func run(
    _ model: Model, dataset: (any ImageDataset)?, checkpoint: URL? = nil,
    progress: (LayerRecord, Int, Int) -> Void = { _, _, _ in },
    shouldStop: () -> Bool = { false }, chosen: ([LayerChoice]) -> Void = { _ in },
    skipping: ((DataError) -> Void)? = nil
  ) throws(TrainingError) -> Model {
    try options.check()
    return try TrainingError.wrapping {
      if let threads = options.threads { try TorchSettings.setThreads(threads) }
      TorchSettings.keepFreedMemory()
      let run = try BinarizationRun(
        options: options, model: model, dataset: dataset, checkpoint: checkpoint,
        skipping: skipping)
      try run.measureImportance(shouldStop: shouldStop)
      return try noGrad {
        try run.toEnd(chosen: chosen, progress: progress, shouldStop: shouldStop)
      }
    }
  }

  /// The layers that the options leave in float, in forward order.
  ///
  /// - Throws: ``TrainingError/unknownLayer(pattern:suggestion:layers:)``
  public func layersKept(in model: Model) throws(TrainingError) -> [String] {
    let kept = try options.keep.layers(of: model.graph)
    return model.graph.layers.map(\.name).filter(kept.contains)
  }
}

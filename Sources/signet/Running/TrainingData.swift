import Foundation
import SignetData
import SignetModel

/// The images of a training: what is learned from, what chooses the best network, and what is
/// measured once at the end.
struct TrainingData {
  let training: any ImageDataset
  /// `nil` where the best is not looked for.
  let validation: (any ImageDataset)?
  /// `nil` where the data has no part apart from the training images.
  let test: (any ImageDataset)?
}

extension TrainingData {
  /// The files that all of it comes from; those of one set come more than once.
  var sourceFiles: [URL] {
    training.sourceFiles + (validation?.sourceFiles ?? []) + (test?.sourceFiles ?? [])
  }
}

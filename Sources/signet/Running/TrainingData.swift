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
  /// The files that all of it comes from.
  var sourceFiles: some Sequence<URL> {
    let files = training.sourceFiles
    let others = [validation, test].compactMap { $0?.sourceFiles }
    // Images that are held out come from the same files, of which there may be a million.
    return ([files] + others.filter { $0 != files }).joined()
  }
}

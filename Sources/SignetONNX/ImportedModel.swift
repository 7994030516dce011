import Foundation
import SignetModel

/// What comes out of an ONNX file.
public struct ImportedModel: Sendable {
  /// The network, ready to run.
  public let model: Model
  /// Whether nobody said how an image becomes the input: neither the options nor, as Signet's
  /// exports do, the file. The model then takes pixels as 0…1, which is seldom right.
  public let assumesPreprocessing: Bool
  /// The files beside it that hold tensors, links followed.
  public let dataFiles: [URL]
  /// What was cut off the network; `nil` if it is whole.
  public let cutEnd: CutEnd?
}

/// The end of a detector that is not taken: how many boxes it keeps depends on the image.
public struct CutEnd: Hashable, Sendable {
  /// The operators it began with, as the file names them.
  public let operators: [String]
  /// The network's outputs without it: the boxes and scores that went into it, what else did, and
  /// those of the file's outputs that do not depend on it.
  public let outputs: [String]
}

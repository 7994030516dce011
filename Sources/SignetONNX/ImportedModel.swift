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
}

import Foundation
import SignetData
import SignetHashing
import SignetModel
import Torch

/// Why a network could not be run, trained or binarized.
public enum TrainingError: Error, Sendable {
  /// An option lies outside what makes sense.
  case option(name: String, expected: String, found: String)
  /// A keep pattern names no layer of the network.
  case unknownLayer(pattern: String, suggestion: String?, layers: [String])
  /// Every layer is kept in float or binary already.
  case nothingToBinarize
  /// The loss or the method needs something that was not given.
  case missing(what: String, neededBy: String)
  /// The data or the teacher does not fit the network.
  case mismatch(what: String, expected: String, found: String)
  /// NaN or an infinity in a layer.
  case notFinite(layer: String, part: LayerPart)
  /// Training met NaN or an infinity first at this layer; `nil` is the loss itself. `checkpoint` is
  /// the last good state, if one was written.
  case diverged(step: Int, layer: String?, part: LayerPart, checkpoint: URL?)
  /// The caller asked to stop; running again with the same checkpoint goes on from here.
  case interrupted(checkpoint: URL?)
  /// The checkpoint is damaged.
  case checkpoint(file: URL, defect: String)
  /// Where the checkpoint should be is a file of another kind.
  case foreignCheckpoint(file: URL)
  /// The checkpoint belongs to another run.
  case otherRun(file: URL, differences: [Difference])
  /// The memory allowed does not hold the few images that calibration needs at least, in bytes.
  case memory(layer: String, images: Int, needed: Int, allowed: Int)
  /// A model file could not be read or written.
  case modelFile(ModelFileError)
  /// An operation of the network failed in libtorch.
  case node(name: String, TorchError)
  /// Something outside of the network's operations failed in libtorch.
  case torch(TorchError)
  /// A layer's hashing problem could not be solved.
  case hashing(layer: String, HashingError)
  /// A data set could not be read.
  case data(DataError)
  /// The network could not be measured.
  case evaluation(EvaluationError)
  /// The result would be no model.
  case model(ModelError)
  /// The result would be no network.
  case graph(GraphError)
  /// A tensor of the result would not hold its shape's elements.
  case weight(name: String, WeightError)

  /// An environment variable by which a launcher tells a process its place; `nil`: it is not set.
  case launch(variable: String, expected: String, found: String?)
  /// Another process of the run, by its rank, is not there, or not any more.
  case rank(Int, defect: String)

  /// Where a number that is not finite was found.
  public enum LayerPart: String, Sendable, Hashable {
    /// The layer's tensors, what it reads, what it gives, or the derivative of the loss by its
    /// tensors.
    case weights, inputs, outputs, gradients
  }

  /// One option that is not what the checkpoint was made with.
  public struct Difference: Sendable, Hashable {
    /// The option's name.
    public var name: String
    /// What the checkpoint was made with.
    public var checkpoint: String
    /// What is asked for now.
    public var current: String
  }
}

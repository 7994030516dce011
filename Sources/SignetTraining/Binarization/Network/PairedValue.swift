import Torch

/// One value of one chunk of images, in the float network and in the binarized one.
struct PairedValue {
  var float: Tensor
  /// In the binarized network; `nil` while nothing before it is binary.
  var changed: Tensor?

  /// X̃'s source.
  var binarized: Tensor { changed ?? float }

  func mapped(_ transform: (Tensor) throws(TorchError) -> Tensor) throws(TorchError) -> PairedValue
  {
    PairedValue(float: try transform(float), changed: try changed.map(transform))
  }
}

import Torch

/// What a batch is held against: its labels, and with mixup a second label per image.
struct Targets {
  /// N, int64
  var labels: Tensor
  /// N, int64, and the share of the first label.
  var mixed: (labels: Tensor, share: Double)?

  /// The mean over the batch.
  func crossEntropy(_ scores: Tensor, labelSmoothing: Double) throws(TorchError) -> Tensor {
    let first = try scores.crossEntropy(labels, labelSmoothing: labelSmoothing)
    guard let mixed else { return first }
    let second = try scores.crossEntropy(mixed.labels, labelSmoothing: labelSmoothing)
    return try first * mixed.share + second * (1 - mixed.share)
  }

  /// How many images have the largest score at the label they show most of.
  func rightCount(_ scores: Tensor) throws(TorchError) -> Int {
    let main =
      if let mixed, mixed.share < 0.5 { mixed.labels } else { labels }
    return try noGrad { () throws(TorchError) in
      Int(try scores.argmax(1).eq(main).sum().item())
    }
  }
}

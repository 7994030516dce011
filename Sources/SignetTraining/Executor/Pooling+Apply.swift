import SignetModel
import Torch

extension Pooling {
  /// Padding counts as −∞.
  func maximum(of input: Tensor, outputShape: Shape) throws(TorchError) -> Tensor {
    guard dilation == Size2D(1) else {
      return try dilatedMaximum(of: input, outputShape: outputShape)
    }
    if isNative {
      return try input.maxPool2d(
        kernel: Size2(kernel), stride: Size2(stride), padding: Size2(padding.top, padding.left),
        ceilMode: ceilMode)
    }
    let padded = try input.pad(padding.amounts, value: -.infinity)
    return try padded.maxPool2d(kernel: Size2(kernel), stride: Size2(stride), ceilMode: ceilMode)
      .cut(to: outputShape)
  }

  func average(of input: Tensor, outputShape: Shape) throws(TorchError) -> Tensor {
    guard dilation == Size2D(1) else {
      return try dilatedAverage(of: input, outputShape: outputShape)
    }
    if isNative {
      return try input.averagePool2d(
        kernel: Size2(kernel), stride: Size2(stride), padding: Size2(padding.top, padding.left),
        ceilMode: ceilMode, countPadding: countsPadding)
    }
    let padded = try input.pad(padding.amounts)
    let mean = try averagePadded(padded).cut(to: outputShape)
    guard !countsPadding else { return mean }
    // The mean over the window with its padding, divided by the share that is not padding.
    let shape = [1, 1, input.shape[2], input.shape[3]]
    let ones = try Tensor.ones(shape).pad(padding.amounts)
    return try mean / averagePadded(ones).cut(to: outputShape)
  }

  private func averagePadded(_ padded: Tensor) throws(TorchError) -> Tensor {
    try padded.averagePool2d(kernel: Size2(kernel), stride: Size2(stride), ceilMode: ceilMode)
  }

  /// Whether libtorch takes the padding: equal on both sides and at most half the kernel.
  private var isNative: Bool {
    padding.isSymmetric && padding.top * 2 <= kernel.height && padding.left * 2 <= kernel.width
  }
}

extension Tensor {
  /// Without the windows that would start in the far padding.
  fileprivate func cut(to shape: Shape) throws(TorchError) -> Tensor {
    let rows = try narrow(2, start: 0, length: shape.height)
    return try rows.narrow(3, start: 0, length: shape.width)
  }
}

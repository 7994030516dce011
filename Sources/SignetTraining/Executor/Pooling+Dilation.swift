import SignetModel
import Torch

/// Pooling whose windows have gaps, which libtorch does not offer for every kind and padding: each
/// place in the window is a strided slice of the padded input.
extension Pooling {
  /// Padding counts as −∞.
  func dilatedMaximum(of input: Tensor, outputShape: Shape) throws(TorchError) -> Tensor {
    let taps = try taps(of: input, outputShape: outputShape, fill: -.infinity)
    var result = taps[0]
    for tap in taps.dropFirst() { result = try result.maximum(tap) }
    return result
  }

  func dilatedAverage(of input: Tensor, outputShape: Shape) throws(TorchError) -> Tensor {
    let sum = try Self.sum(taps(of: input, outputShape: outputShape, fill: 0))
    // What counts: the input, and the declared padding if that counts; never what rounding up
    // the output's extent reaches beyond.
    let ones = try Tensor.ones([1, 1, input.shape[2], input.shape[3]])
    let counted = countsPadding ? try ones.pad(padding.amounts, value: 1) : ones
    let window = Pooling(
      kernel: kernel, stride: stride, padding: countsPadding ? Padding2D(0) : padding,
      dilation: dilation)
    let shares = try window.taps(of: counted, outputShape: outputShape, fill: 0)
    return try sum / Self.sum(shares)
  }

  private static func sum(_ taps: [Tensor]) throws(TorchError) -> Tensor {
    var result = taps[0]
    for tap in taps.dropFirst() { result = try result + tap }
    return result
  }

  /// For each place in the window, its element at every output: kernel area × N × C × outH × outW.
  private func taps(
    of input: Tensor, outputShape: Shape, fill: Double
  ) throws(TorchError) -> [Tensor] {
    let rows = (outputShape.height - 1) * stride.height
    let columns = (outputShape.width - 1) * stride.width
    let bottom = rows + dilation.height * (kernel.height - 1) + 1 - padding.top - input.shape[2]
    let right = columns + dilation.width * (kernel.width - 1) + 1 - padding.left - input.shape[3]
    let padded = try input.pad(
      [padding.left, max(0, right), padding.top, max(0, bottom)], value: fill)
    var taps: [Tensor] = []
    for row in 0..<kernel.height {
      let top = row * dilation.height
      let band = try padded.slice(2, start: top, end: top + rows + 1, step: stride.height)
      for column in 0..<kernel.width {
        let left = column * dilation.width
        taps.append(try band.slice(3, start: left, end: left + columns + 1, step: stride.width))
      }
    }
    return taps
  }
}

import SignetModel
import Torch

/// Takes the patches of one group of a layer: im2col with a row per patch.
///
/// Rows hold their elements in kH-kW-C order, which copies runs of channels; ``WeightOrder``
/// brings sums over patches back to the weights' C-kH-kW order once, at the end.
struct PatchExtraction {
  /// Input channels of the group, C.
  let channels: Int
  let firstChannel: Int
  /// `nil`: a linear layer, whose patch is the whole vector.
  let convolution: Convolution?

  var kernelArea: Int { convolution?.kernel.area ?? 1 }
  /// S
  var patchLength: Int { channels * kernelArea }
  /// Whether patches have memory of their own; those of a single tap may be the input itself.
  var copiesInput: Bool { kernelArea > 1 }

  /// - Parameters:
  ///   - input: N × I × H × W, or N × I
  ///   - rows: of the output map; `nil`: all
  /// - Returns: N × positions × S
  func patches(of input: Tensor, rows: Range<Int>? = nil) throws(TorchError) -> Tensor {
    guard let convolution else {
      return try input.narrow(1, start: firstChannel, length: channels).unsqueeze(1)
    }
    let kernel = convolution.kernel
    let stride = convolution.stride
    let dilation = convolution.dilation
    var map = try input.narrow(1, start: firstChannel, length: channels)
    if convolution.padding != Padding2D(0) { map = try map.pad(convolution.padding.amounts) }
    map = try map.permute([0, 2, 3, 1])  // N × H × W × C
    let height = (map.shape[1] - dilation.height * (kernel.height - 1) - 1) / stride.height + 1
    let width = (map.shape[2] - dilation.width * (kernel.width - 1) - 1) / stride.width + 1
    let first = rows?.lowerBound ?? 0
    let count = rows?.count ?? height
    var shifted: [Tensor] = []
    for row in 0..<kernel.height {
      let top = row * dilation.height + first * stride.height
      let rows = try map.slice(
        1, start: top, end: top + (count - 1) * stride.height + 1, step: stride.height)
      for column in 0..<kernel.width {
        let left = column * dilation.width
        shifted.append(
          try rows.slice(
            2, start: left, end: left + (width - 1) * stride.width + 1, step: stride.width))
      }
    }
    let joined = shifted.count == 1 ? shifted[0] : try Tensor.cat(shifted, 3)
    return try joined.reshape([input.shape[0], count * width, patchLength])
  }

  /// Where each of the patches' elements stands in the weights' order: S.
  var weightPositions: [Int] {
    (0..<patchLength).map { $0 % channels * kernelArea + $0 / channels }
  }
}

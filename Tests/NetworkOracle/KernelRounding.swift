import KernelTester

/// What kernels that turn numbers into integers may be off by: the kernel tester's rules, as bounds on
/// one product.
package struct KernelRounding {
  /// The absmax is the largest sum of magnitudes over so many adjacent channels of a pixel.
  package let absmaxChannels: Int
  /// Of each input, as a share of that.
  private let input: Double
  private let rounding: signet_rounding

  /// Exact up to the arithmetic of float32.
  package init() {
    rounding = signet_rounding()
    absmaxChannels = 1
    input = 0
  }

  /// - Parameters:
  ///   - kernel: its name
  ///   - channels: the layer's input channels
  ///   - groups: groups of them
  ///   - width: of the layer's filters
  ///   - height: likewise
  package init(kernel: String, channels: Int, groups: Int = 1, width: Int, height: Int) {
    var shape = signet_conv_shape()
    shape.in_channels = Int32(channels)
    shape.groups = Int32(groups)
    shape.kernel_width = Int32(width)
    shape.kernel_height = Int32(height)
    rounding = signet_rounding_of(kernel, &shape)
    // Adjacent elements of a patch sum up to at most so many times the largest.
    let adjacent = max(Int(rounding.channels), 1)
    absmaxChannels = rounding.of_patches ? 1 : adjacent
    input = rounding.input * (rounding.of_patches ? Double(adjacent) : 1)
  }

  /// What each of a filter's weights may be off by.
  package func weightError(_ magnitudes: some Collection<Double>) -> Double {
    signet_weight_error(rounding, magnitudes.reduce(0, +), magnitudes.max() ?? 0)
  }

  /// What a product may be off by. Where weights are integers too, the products of the lowest
  /// bytes are dropped, which is at most two units of rounding.
  ///
  /// - Parameters:
  ///   - inputAbsmax: the largest sum of the magnitudes of ``absmaxChannels`` of the image's inputs
  ///   - weightError: what the weight may be off by
  package func bound(
    input x: Double, weight w: Double, inputAbsmax: Double, weightError: Double
  ) -> Double {
    input * inputAbsmax * abs(w) + weightError * (abs(x) + 2 * inputAbsmax)
  }
}

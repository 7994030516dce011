import CSignetKernels
import SignetRuntime

/// What kernels that turn numbers into integers may be off by.
struct KernelRounding {
  /// Of each input, as a share of the largest input of the image.
  var input = 0.0
  /// Of each weight, as a share of the filter's largest.
  var weight = 0.0

  /// By a kernel's name: half a unit of the integers, and what scaling in float32 adds.
  init(kernel name: String) {
    let parts = name.split(separator: "_").first ?? ""
    let unit16 = (0.5 + 32512 * 0x1p-23) / 32512
    let unit24 = (0.5 + 1) / 8_323_072
    if parts.hasSuffix("i16") { input = unit16 }
    if parts.hasSuffix("i24") { input = unit24 }
    if parts.hasPrefix("i16") { weight = unit16 }
    if parts.hasPrefix("i24") { weight = unit24 }
  }

  init(_ kernel: signet_conv_kernel) { self.init(kernel: String(cString: kernel.name)) }

  /// What a product may be off by. Where weights are integers too, the products of the lowest
  /// bytes are dropped, which is at most two units of rounding.
  ///
  /// - Parameters:
  ///   - inputPeak: the largest magnitude of the image's inputs
  ///   - weightPeak: the largest magnitude of the filter's weights
  func bound(input x: Double, weight w: Double, inputPeak: Double, weightPeak: Double) -> Double {
    input * inputPeak * abs(w) + weight * weightPeak * (abs(x) + 2 * inputPeak)
  }
}

import CSignetKernels

@testable import SignetRuntime

/// What kernels that turn numbers into integers may be off by.
struct KernelRounding {
  /// Of each input, as a share of the image's peak.
  var input = 0.0
  /// The peak is the largest sum of magnitudes over so many adjacent channels of a pixel.
  var peakChannels = 1
  /// Of each weight, as a share of the filter's largest.
  var weight = 0.0
  /// Instead of that: what an integer stands for in a filter with these weights.
  var weightStep: (@convention(c) (_ sum: Float, _ largest: Float) -> Float)?

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

  /// By what the kernel says an integer stands for: half of that, and the rounding of the product
  /// that becomes one. By its name, if it does not say.
  init(_ kernel: signet_conv_kernel) {
    self.init(kernel: String(cString: kernel.name))
    guard let step = kernel.step else { return }
    input = (0.5 + 32767 * 0x1p-23) * Double(step(1))
    peakChannels = max(Int(kernel.peak_channels), 1)
    weightStep = kernel.weight_step
  }

  /// By a kernel's name, as a plan tells it.
  static func named(_ name: String) -> KernelRounding {
    for set in KernelSet.available {
      let table = set.table.pointer.pointee
      for candidates in [table.b1_conv, table.f32_conv] {
        var next = candidates
        while let kernel = next?.pointee?.pointee {
          if String(cString: kernel.name) == name { return KernelRounding(kernel) }
          next = next?.advanced(by: 1)
        }
      }
    }
    return KernelRounding(kernel: name)
  }

  /// What each of a filter's weights may be off by.
  func weightError(_ magnitudes: some Collection<Double>) -> Double {
    let largest = magnitudes.max() ?? 0
    guard let weightStep else { return weight * largest }
    let step = weightStep(Float(magnitudes.reduce(0, +)), Float(largest))
    return (0.5 + 32767 * 0x1p-23) * Double(step)
  }

  /// What a product may be off by. Where weights are integers too, the products of the lowest
  /// bytes are dropped, which is at most two units of rounding.
  ///
  /// - Parameters:
  ///   - inputPeak: the largest sum of the magnitudes of ``peakChannels`` of the image's inputs
  ///   - weightError: what the weight may be off by
  func bound(input x: Double, weight w: Double, inputPeak: Double, weightError: Double) -> Double {
    input * inputPeak * abs(w) + weightError * (abs(x) + 2 * inputPeak)
  }
}

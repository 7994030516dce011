import CSignetKernels

@testable import SignetRuntime

/// What kernels that turn numbers into integers may be off by.
struct KernelRounding {
  /// Of each input, as a share of the image's absmax.
  var input = 0.0
  /// The absmax is the largest sum of magnitudes over so many adjacent channels of a pixel.
  var absmaxChannels = 1
  /// Of each weight, as a share of the filter's largest.
  var weight = 0.0
  /// Instead of that: the quantisation step of a filter with these weights.
  var weightStep: (@convention(c) (_ sum: Float, _ largest: Float) -> Float)?

  init() {}

  /// By a kernel's name: half a unit of the integers, and what scaling in float32 adds.
  ///
  /// - Parameters:
  ///   - patch: the layer's patch length
  ///   - channels: the layer's input channels
  ///   - kernelWidth: of the layer's filters
  init(kernel name: String, patch: Int, channels: Int, kernelWidth: Int) {
    let parts = name.split(separator: "_").first ?? ""
    let unit16 = (0.5 + 32512 * 0x1p-23) / 32512
    let unit24 = (0.5 + 1) / 8_323_072
    if parts.hasSuffix("i16") { input = unit16 }
    if parts.hasSuffix("i24") { input = unit24 }
    if parts.hasSuffix("i14") {
      // The integers of a filter sum up to less than 2¹⁸, whose share of an average weight is S.
      let sum = Double((1 << 18) - 1) - Double(patch) / 2
      input = 0.5 / 8191 * (1 + 0x1p-9)
      weight = max(1 / 32767, Double(patch) / sum) / 2 * (1 + 0x1p-9)
      return
    }
    if parts.hasSuffix("t14") { input = Self.tables(channels, kernelWidth) }
    if parts.hasPrefix("i16") { weight = unit16 }
    if parts.hasPrefix("i24") { weight = unit24 }
  }

  /// By the kernel's quantisation step: half of that, and the rounding of the product
  /// that becomes one. By its name, if it does not say.
  init(_ kernel: signet_conv_kernel, patch: Int, channels: Int, kernelWidth: Int) {
    self.init(
      kernel: String(cString: kernel.name), patch: patch, channels: channels,
      kernelWidth: kernelWidth)
    guard let step = kernel.quantisation_step else { return }
    input = (0.5 + 32767 * 0x1p-23) * Double(step(1))
    absmaxChannels = max(Int(kernel.absmax_channels), 1)
    weightStep = kernel.weight_quantisation_step
    if !kernel.needs_absmax {
      // It sums up elements of the patch, which are at most so many times the largest.
      input *= Double(absmaxChannels)
      absmaxChannels = 1
    }
  }

  /// By a kernel's name, as a plan tells it.
  static func named(
    _ name: String, patch: Int, channels: Int, kernelWidth: Int
  ) -> KernelRounding {
    for set in KernelSet.available {
      let table = set.table.pointer.pointee
      for candidates in [table.b1_conv, table.f32_conv] {
        var next = candidates
        while let kernel = next?.pointee?.pointee {
          if String(cString: kernel.name) == name {
            return KernelRounding(
              kernel, patch: patch, channels: channels, kernelWidth: kernelWidth)
          }
          next = next?.advanced(by: 1)
        }
      }
    }
    return KernelRounding(
      kernel: name, patch: patch, channels: channels, kernelWidth: kernelWidth)
  }

  /// What each of a filter's weights may be off by.
  func weightError(_ magnitudes: some Collection<Double>) -> Double {
    let largest = magnitudes.max() ?? 0
    guard let weightStep else { return weight * largest }
    let step = weightStep(Float(magnitudes.reduce(0, +)), Float(largest))
    return (0.5 + 32767 * 0x1p-23) * Double(step)
  }

  /// Tables of the signed sums of four inputs. A run, the inputs of a kernel row in as many 16
  /// channels as make at least four taps, sums up to at most run · absmax, for which there are 8192 less
  /// what low parts of 6 bits and half a unit of each table take. The multiplier that makes it so is
  /// an integer, whose last unit is lost. Off is half a unit per table, and before that half of
  /// absmax / 8191 per input.
  private static func tables(_ channels: Int, _ kernelWidth: Int) -> Double {
    let taps = kernelWidth < 4 ? 4 / kernelWidth * kernelWidth : kernelWidth
    let run = Double(16 * taps)
    let unit = (run * (1 + run * 0x1p-22) + run / 2 / 8191) / (8192 - 63.5 * run / 4)
    let tables = Double((channels + 3) / 4) / Double(channels)
    return unit * (1 + run / 16384) / 2 * tables + 0.5 / 8191 * (1 + 0x1p-9)
  }

  /// What a product may be off by. Where weights are integers too, the products of the lowest
  /// bytes are dropped, which is at most two units of rounding.
  ///
  /// - Parameters:
  ///   - inputAbsmax: the largest sum of the magnitudes of ``absmaxChannels`` of the image's inputs
  ///   - weightError: what the weight may be off by
  func bound(input x: Double, weight w: Double, inputAbsmax: Double, weightError: Double) -> Double
  {
    input * inputAbsmax * abs(w) + weightError * (abs(x) + 2 * inputAbsmax)
  }
}

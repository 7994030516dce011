import CSignetKernels
import Testing

@testable import SignetRuntime

/// Every convolution kernel this processor runs against the definition.
@Suite struct ConvolutionKernelTests {
  static let kernels = KernelSet.available

  private func check(
    _ set: KernelSet, _ tester: ConvolutionTester,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let table = set.table.pointer.pointee
    if tester.codes == 1 {
      for kernel in fitting(table.f32_conv, table.f32_conv_exact, tester) {
        tester.run(kernel, isBinary: false, sourceLocation: sourceLocation)
      }
    }
    for kernel in fitting(table.b1_conv, table.b1_conv_exact, tester) {
      tester.run(kernel, isBinary: true, sourceLocation: sourceLocation)
    }
  }

  private func fitting(
    _ candidates: UnsafePointer<UnsafePointer<signet_conv_kernel>?>?,
    _ exact: UnsafePointer<UnsafePointer<signet_conv_kernel>?>?, _ tester: ConvolutionTester
  ) -> [signet_conv_kernel] {
    let first = fitting(candidates, tester)
    return first
      + fitting(exact, tester).filter { kernel in !first.contains { $0.name == kernel.name } }
  }

  /// All of a set's candidates that take the shape, not only the one an engine would choose.
  private func fitting(
    _ candidates: UnsafePointer<UnsafePointer<signet_conv_kernel>?>?,
    _ tester: ConvolutionTester
  ) -> [signet_conv_kernel] {
    var found: [signet_conv_kernel] = []
    var shape = tester.shape
    var next = candidates
    while let kernel = next?.pointee?.pointee {
      if kernel.accepts?(&shape) ?? true { found.append(kernel) }
      next = next?.advanced(by: 1)
    }
    return found
  }

  @Test(arguments: kernels)
  func channelsAndFilters(_ set: KernelSet) {
    for channels in [1, 2, 5, 16, 17, 33] {
      for filters in [1, 3, 15, 16, 17, 31, 32, 33, 50] {
        check(set, ConvolutionTester(channels: channels, filters: filters, gap: channels % 3))
      }
    }
  }

  @Test(arguments: kernels)
  func kernelSizes(_ set: KernelSet) {
    for (height, width) in [(1, 1), (1, 3), (2, 2), (3, 1), (5, 5), (7, 4)] {
      check(
        set,
        ConvolutionTester(
          channels: 6, height: 8, width: 7, filters: 5, kernelHeight: height,
          kernelWidth: width, padding: (height / 2, width / 2, 2, 1)))
    }
  }

  @Test(arguments: kernels)
  func stridesAndDilations(_ set: KernelSet) {
    let base = ConvolutionTester(channels: 4, height: 9, width: 8, filters: 18)
    var halved = base
    (halved.strideHeight, halved.strideWidth) = (2, 2)
    check(set, halved)
    var rows = base
    (rows.strideHeight, rows.padding) = (3, (0, 2, 1, 0))
    check(set, rows)
    var apart = base
    (apart.dilationHeight, apart.padding) = (2, (2, 3, 2, 0))
    check(set, apart)
    var both = base
    (both.dilationWidth, both.strideWidth, both.padding) = (3, 2, (0, 4, 0, 3))
    check(set, both)
  }

  /// Windows that lie in the padding alone see zeros.
  @Test(arguments: kernels)
  func paddingWiderThanTheKernel(_ set: KernelSet) {
    check(
      set, ConvolutionTester(channels: 2, height: 2, width: 3, filters: 3, padding: (5, 4, 6, 7)))
  }

  @Test(arguments: kernels)
  func groups(_ set: KernelSet) {
    check(set, ConvolutionTester(channels: 6, filters: 9, groups: 3, gap: 1))
    check(set, ConvolutionTester(channels: 7, filters: 7, groups: 7))
    check(set, ConvolutionTester(channels: 4, filters: 70, groups: 2, codes: 2))
  }

  @Test(arguments: kernels)
  func codes(_ set: KernelSet) {
    for codes in 2...4 {
      check(set, ConvolutionTester(channels: 5, filters: 35, codes: codes, relu: true))
    }
  }

  @Test(arguments: kernels)
  func epilogues(_ set: KernelSet) {
    for residual in [false, true] {
      for relu in [false, true] {
        for scaled in [false, true] {
          check(
            set,
            ConvolutionTester(
              filters: 19, residual: residual, relu: relu, scaled: scaled, gap: 5))
        }
      }
    }
  }

  /// Linear layers: one pixel, alone and in batches.
  @Test(arguments: kernels)
  func vectors(_ set: KernelSet) {
    for inputs in [1, 7, 255, 256, 257, 700] {
      for images in [1, 2, 13] {
        check(
          set,
          ConvolutionTester(
            channels: inputs, height: 1, width: 1, filters: 37, kernelHeight: 1,
            kernelWidth: 1, padding: (0, 0, 0, 0), images: images))
      }
    }
    let flattened = ConvolutionTester(
      channels: 5, height: 3, width: 4, filters: 50, kernelHeight: 3, kernelWidth: 4,
      padding: (0, 0, 0, 0), codes: 2, images: 2, threads: 3)
    check(set, flattened)
  }

  /// The longest patches that integer kernels take, and ones that are longer, where every term of
  /// a sum is as large as terms can be: nothing may leave 32 bits.
  @Test(arguments: kernels)
  func sumsAtTheirBound(_ set: KernelSet) {
    for (channels, width) in [(65535, 2), (65536, 2), (32768, 16), (32769, 16)] {
      check(
        set,
        ConvolutionTester(
          channels: channels, height: 1, width: width, filters: 1, kernelHeight: 1,
          kernelWidth: 1, padding: (0, 0, 0, 0), isExtreme: true))
    }
  }

  /// Sums of integers may use all bits their kernel has for them: with inputs of agreeing signs,
  /// a bound that is not one would be passed.
  @Test(arguments: kernels)
  func alignedSigns(_ set: KernelSet) {
    for (kernel, channels) in [(1, 64), (1, 130), (2, 33), (3, 16), (3, 48), (5, 17), (8, 16)] {
      for seed in 1...3 {
        for codes in 1...2 {
          check(
            set,
            ConvolutionTester(
              channels: channels, height: 8, width: 9, filters: 30, kernelHeight: kernel,
              kernelWidth: kernel, padding: (1, 1, 0, 1), codes: codes, images: 2,
              isAligned: true, seed: UInt64(seed)))
        }
      }
    }
    for channels in [16, 40, 64] {
      check(
        set,
        ConvolutionTester(
          channels: channels, height: 9, width: 11, filters: 33, strideHeight: 2, strideWidth: 2,
          dilationHeight: 2, dilationWidth: 2, padding: (2, 2, 2, 2), relu: true,
          isAligned: true))
    }
  }

  /// Patches of several chunks, more pixels than one block, batches and threads.
  @Test(arguments: kernels)
  func largeMaps(_ set: KernelSet) {
    let base = ConvolutionTester(channels: 33, height: 6, width: 7, filters: 34, images: 2)
    // More rows than one unit takes, strides that leave phases out, two tiles of channels.
    for (stride, kernel) in [(1, 3), (2, 3), (3, 2)] {
      check(
        set,
        ConvolutionTester(
          channels: 33, height: 37, width: 65, filters: 2, kernelHeight: kernel,
          kernelWidth: kernel, strideHeight: stride, strideWidth: stride, threads: stride))
    }
    for threads in [1, 2, 3] {
      var shared = base
      shared.threads = threads
      check(set, shared)
    }
    check(
      set,
      ConvolutionTester(
        channels: 3, height: 23, width: 21, filters: 4, images: 2, threads: 2))
  }
}

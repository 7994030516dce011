import CSignetKernels
import SignetRuntime
import Testing

/// Runs one convolution kernel by itself: odd shapes, strided views, canaries around everything it
/// may write, bounds computed from the reduction length.
struct ConvolutionTester {
  var channels = 3
  var height = 5
  var width = 6
  var filters = 4
  var kernelHeight = 3
  var kernelWidth = 3
  var strideHeight = 1
  var strideWidth = 1
  var dilationHeight = 1
  var dilationWidth = 1
  // top, left, bottom, right
  var padding = (1, 1, 1, 1)
  var groups = 1
  var codes = 1
  var images = 1
  var threads = 1
  var residual = false
  var relu = false
  var scaled = true
  /// Floats between the channels of neighbouring pixels that belong to somebody else.
  var gap = 0
  /// Every input and every weight is 1: no sum of integers can be larger.
  var isExtreme = false
  /// Inputs have one sign per channel, and filters those signs or their opposites: every sum is as
  /// large as the magnitudes of its inputs allow, half of them negative.
  var isAligned = false
  var seed: UInt64 = 3

  var outHeight: Int {
    (height + padding.0 + padding.2 - dilationHeight * (kernelHeight - 1) - 1) / strideHeight + 1
  }
  var outWidth: Int {
    (width + padding.1 + padding.3 - dilationWidth * (kernelWidth - 1) - 1) / strideWidth + 1
  }
  var patch: Int { channels / groups * kernelHeight * kernelWidth }

  var shape: signet_conv_shape {
    signet_conv_shape(
      in_channels: Int32(channels), in_height: Int32(height), in_width: Int32(width),
      out_channels: Int32(filters), out_height: Int32(outHeight), out_width: Int32(outWidth),
      kernel_height: Int32(kernelHeight), kernel_width: Int32(kernelWidth),
      stride_height: Int32(strideHeight), stride_width: Int32(strideWidth),
      dilation_height: Int32(dilationHeight), dilation_width: Int32(dilationWidth),
      pad_top: Int32(padding.0), pad_left: Int32(padding.1), groups: Int32(groups),
      codes: Int32(codes), threads: Int32(threads), pooling: signet_conv_pooling())
  }

  func run(
    _ kernel: signet_conv_kernel, isBinary: Bool,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    var random = RandomNumbers(seed: seed)
    let name = String(cString: kernel.name)
    var shape = shape
    let input = GuardedMap(images, height, width, channels, gap: gap)
    let output = GuardedMap(images, outHeight, outWidth, filters, gap: gap)
    let added = GuardedMap(images, outHeight, outWidth, filters, gap: gap)
    let channelSigns = random.signs(channels).map(Float.init)
    var filled = 0
    input.fill {
      let number = isExtreme ? 1 : random.floats(1)[0]
      filled += 1
      return isAligned ? abs(number) * channelSigns[(filled - 1) % channels] : number
    }
    added.fill { random.floats(1)[0] }
    let weights =
      isExtreme
      ? [Float](repeating: 1, count: codes * filters * patch)
      : isAligned
        ? (0..<codes * filters * patch).map { index in
          let channel = index % patch / (kernelHeight * kernelWidth)
          return channelSigns[channel] * (index / patch % 2 == 0 ? 1 : -1)
        }
        : isBinary
          ? random.signs(codes * filters * patch).map(Float.init) : random.floats(filters * patch)
    let scales = random.floats(codes * filters, in: 0.1...1)
    let offsets = random.floats(filters)

    let packed = GuardedBytes(kernel.packed_bytes(&shape))
    if isBinary {
      kernel.pack(&shape, packedBits(weights), packed.start)
    } else {
      kernel.pack(&shape, weights, packed.start)
    }
    let scratch = GuardedBytes(kernel.scratch_bytes(&shape, Int64(images)))
    let rounding = KernelRounding(
      kernel, patch: patch, channels: channels, kernelWidth: kernelWidth)
    let absmax = absmax(of: input, channels: rounding.absmaxChannels)
    // What the kernel measures itself, if it does.
    let rows = images * height
    var measured = [Float](repeating: -1, count: 2 * rows)
    if let measure = kernel.measure {
      measured.withUnsafeMutableBufferPointer { measured in
        var measurement = signet_measurement(
          in: input.view, shape: shape, absmax: measured.baseAddress)
        for row in (0..<Int64(rows)).reversed() {
          measure(&measurement, Int64(images), row, row + 1, scratch.start)
        }
      }
    } else {
      measured = absmax
    }
    scales.withUnsafeBufferPointer { scales in
      offsets.withUnsafeBufferPointer { offsets in
        measured.withUnsafeBufferPointer { measured in
          var convolution = signet_conv(
            shape: shape, in: input.view, out: output.view,
            residual: residual ? added.view : signet_view(), packed: packed.start,
            scale: isBinary || scaled ? scales.baseAddress : nil, offset: offsets.baseAddress,
            absmax: measured.baseAddress, absmax_per_image: Int64(measured.count / images),
            low: relu ? 0 : -.infinity, high: .infinity, unit_absmax: nil)
          // Units in an order of their own: each must stand alone.
          let units = kernel.units(&convolution, Int64(images))
          #expect(units > 0, sourceLocation: sourceLocation)
          for unit in (0..<units).reversed() {
            kernel.run(&convolution, Int64(images), unit, unit + 1, scratch.start)
          }
        }
      }
    }
    for (part, isIntact) in [
      ("input", input.isIntact), ("output", output.isIntact), ("residual", added.isIntact),
      ("weights", packed.isIntact), ("scratch", scratch.isIntact),
    ] {
      #expect(isIntact, "\(name) wrote outside its \(part)", sourceLocation: sourceLocation)
    }
    for image in 0..<images {
      for y in 0..<outHeight {
        for x in 0..<outWidth {
          for filter in 0..<filters {
            let (expected, bound) = definition(
              image, y, x, filter, input: input, added: added, weights: weights,
              scales: isBinary || scaled ? scales : [Float](repeating: 1, count: codes * filters),
              offset: offsets[filter], rounding: rounding,
              absmax: Double(absmax[image * height..<(image + 1) * height].max() ?? 0))
            let found = Double(output[image, y, x, filter])
            if !(abs(found - expected) <= bound) {
              Issue.record(
                """
                \(name): image \(image), pixel (\(y), \(x)), filter \(filter): \
                \(found), not \(expected) ± \(bound); \(self)
                """, sourceLocation: sourceLocation)
              return
            }
          }
        }
      }
    }
  }

  /// The largest sum of magnitudes over `adjacent` channels in each row. absmax: images × height
  private func absmax(of input: GuardedMap, channels adjacent: Int) -> [Float] {
    (0..<(images * height)).map { row in
      var absmax: Float = 0
      var sum: Float = 0
      for place in 0..<(width * channels) {
        if place % channels % adjacent == 0 { sum = 0 }
        sum += abs(input[row / height, row % height, place / channels, place % channels])
        absmax = max(absmax, sum)
      }
      return absmax
    }
  }

  private func packedBits(_ weights: [Float]) -> [UInt8] {
    let bytes = (patch + 7) / 8
    var packed = [UInt8](repeating: 0, count: codes * filters * bytes)
    for row in 0..<(codes * filters) {
      for element in 0..<patch where weights[row * patch + element] > 0 {
        packed[row * bytes + element / 8] |= 1 << UInt8(element % 8)
      }
    }
    return packed
  }

  /// The inner product in double precision and γ(n)·Σ|aᵢbᵢ| with n = S + K + 4 operations, plus
  /// what rounding the inputs may add.
  private func definition(
    _ image: Int, _ y: Int, _ x: Int, _ filter: Int, input: GuardedMap, added: GuardedMap,
    weights: [Float], scales: [Float], offset: Float, rounding: KernelRounding, absmax: Double
  ) -> (value: Double, bound: Double) {
    var value = Double(offset)
    var magnitude = abs(value)
    var carried = 0.0
    let perGroup = channels / groups
    for code in 0..<codes {
      let scale = Double(scales[code * filters + filter])
      var element = (code * filters + filter) * patch
      let weightError = rounding.weightError(
        weights[element..<element + patch].map { abs(Double($0)) })
      for channel in 0..<perGroup {
        for ky in 0..<kernelHeight {
          for kx in 0..<kernelWidth {
            let row = y * strideHeight + ky * dilationHeight - padding.0
            let column = x * strideWidth + kx * dilationWidth - padding.1
            if (0..<height).contains(row), (0..<width).contains(column) {
              let number = input[
                image, row, column, filter / (filters / groups) * perGroup + channel]
              let product = scale * Double(weights[element]) * Double(number)
              value += product
              magnitude += abs(product)
              carried +=
                abs(scale)
                * rounding.bound(
                  input: Double(number), weight: Double(weights[element]), inputAbsmax: absmax,
                  weightError: weightError)
            }
            element += 1
          }
        }
      }
    }
    if residual {
      value += Double(added[image, y, x, filter])
      magnitude += abs(Double(added[image, y, x, filter]))
    }
    let operations = Double(patch + codes + 4)
    let bound = operations * 0x1p-24 * magnitude + carried
    return (relu ? max(value, 0) : value, bound)
  }
}

/// Bytes with canaries before and behind, at a 64-byte boundary.
final class GuardedBytes {
  private static let margin = 256
  private static let canary: UInt8 = 0xA7
  private let block: UnsafeMutableRawPointer
  private let count: Int
  let start: UnsafeMutableRawPointer

  init(_ count: Int) {
    self.count = count
    block = .allocate(byteCount: count + 2 * Self.margin, alignment: 64)
    block.initializeMemory(as: UInt8.self, repeating: Self.canary, count: count + 2 * Self.margin)
    start = block + Self.margin
  }

  deinit { block.deallocate() }

  var isIntact: Bool {
    let bytes = UnsafeRawBufferPointer(start: block, count: count + 2 * Self.margin)
    return bytes[..<Self.margin].allSatisfy { $0 == Self.canary }
      && bytes[(Self.margin + count)...].allSatisfy { $0 == Self.canary }
  }
}

/// A map whose pixels lie `gap` floats apart, with canaries in the gaps and around.
final class GuardedMap {
  private static let canary = Float(bitPattern: 0x4B5A_A5B4)
  private static let margin = 64
  private let extents: (images: Int, height: Int, width: Int, channels: Int)
  private let stride: Int
  private let block: UnsafeMutableBufferPointer<Float>

  init(_ images: Int, _ height: Int, _ width: Int, _ channels: Int, gap: Int) {
    extents = (images, height, width, channels)
    stride = channels + gap
    block = .allocate(capacity: images * height * width * stride + 2 * Self.margin)
    block.initialize(repeating: Self.canary)
  }

  deinit { block.deallocate() }

  var view: signet_view {
    signet_view(
      data: block.baseAddress.map { $0 + Self.margin },
      image_stride: Int64(extents.height * extents.width * stride),
      row_stride: Int64(extents.width * stride), pixel_stride: Int64(stride),
      height: Int32(extents.height), width: Int32(extents.width),
      channels: Int32(extents.channels))
  }

  subscript(_ image: Int, _ y: Int, _ x: Int, _ channel: Int) -> Float {
    block[
      Self.margin + ((image * extents.height + y) * extents.width + x) * stride + channel]
  }

  func fill(_ next: () -> Float) {
    for pixel in 0..<(extents.images * extents.height * extents.width) {
      for channel in 0..<extents.channels {
        block[Self.margin + pixel * stride + channel] = next()
      }
    }
  }

  var isIntact: Bool {
    let first = Self.margin
    let last = first + extents.images * extents.height * extents.width * stride
    return block.indices.allSatisfy { index in
      let isInside = index >= first && index < last
      return (isInside && (index - first) % stride < extents.channels)
        || block[index].bitPattern == Self.canary.bitPattern
    }
  }
}

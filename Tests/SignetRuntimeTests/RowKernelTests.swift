import CSignetKernels
import Testing

@testable import SignetRuntime

/// The kernels that go row by row, on strided views with canaries between the pixels: each set
/// against the reference, which the engine's tests hold to the definitions.
@Suite struct RowKernelTests {
  typealias Run = (signet_kernel_set, signet_view, signet_view) -> Void

  /// Runs a kernel of `set` and of the reference on maps of odd sizes.
  private func check(
    _ set: KernelSet, from input: (height: Int, width: Int), to output: (height: Int, width: Int),
    channelsBefore: Int = 0, _ run: Run, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let reference = try KernelSet(named: "reference")
    for channels in [1, 3, 15, 16, 17, 33] {
      var random = RandomNumbers(seed: UInt64(channels))
      let source = GuardedMap(2, input.height, input.width, channels, gap: 3)
      source.fill { random.floats(1)[0] }
      let results = [reference, set].map { set in
        let result = GuardedMap(
          2, output.height, output.width, channels + channelsBefore, gap: 5)
        run(set.table.pointer.pointee, source.view, result.view)
        #expect(result.isIntact && source.isIntact, sourceLocation: sourceLocation)
        return result
      }
      for image in 0..<2 {
        for y in 0..<output.height {
          for x in 0..<output.width {
            for channel in 0..<(channels + channelsBefore) {
              let expected = results[0][image, y, x, channel]
              let found = results[1][image, y, x, channel]
              // At most a dozen operations on numbers up to 1, contracted or not.
              #expect(abs(expected - found) <= 12 * 0x1p-24, sourceLocation: sourceLocation)
            }
          }
        }
      }
    }
  }

  private func call(
    _ function: signet_run_function?, _ arguments: some BitwiseCopyable, rows: Int64
  ) {
    withUnsafePointer(to: arguments) { pointer in
      // In two parts: a row must not depend on which thread does it.
      function?(pointer, 2, rows / 2, rows, nil)
      function?(pointer, 2, 0, rows / 2, nil)
    }
  }

  @Test(arguments: KernelSet.available)
  func pooling(_ set: KernelSet) throws {
    for counts in [false, true] {
      try check(set, from: (7, 6), to: (4, 3)) { table, input, output in
        let pooling = signet_pooling(
          in: input, out: output, kernel_height: 3, kernel_width: 2, stride_height: 2,
          stride_width: 3, pad_top: 1, pad_left: 1, pad_bottom: 1, pad_right: 1,
          counts_padding: counts)
        call(counts ? table.max_pool : table.average_pool, pooling, rows: 8)
      }
    }
  }

  @Test(arguments: KernelSet.available)
  func affineAndSum(_ set: KernelSet) throws {
    let numbers = (0..<64).map { Float($0 % 7) / 7 - 0.4 }
    try numbers.withUnsafeBufferPointer { numbers in
      for relu in [false, true] {
        try check(set, from: (5, 3), to: (5, 3)) { table, input, output in
          let affine = signet_affine(
            in: input, out: output, scale: numbers.baseAddress,
            offset: numbers.baseAddress.map { $0 + 3 }, relu: relu)
          call(table.affine, affine, rows: 10)
        }
        try check(set, from: (5, 3), to: (5, 3)) { table, input, output in
          withUnsafePointer(to: (input, input, input)) { views in
            views.withMemoryRebound(to: signet_view.self, capacity: 3) { views in
              call(
                table.sum, signet_sum(inputs: views, count: 3, out: output, relu: relu),
                rows: 10)
            }
          }
        }
      }
    }
  }

  /// The largest magnitude of each row, whatever its sign, or sum of magnitudes of some channels;
  /// what is not a number is largest.
  @Test(arguments: KernelSet.available, [1, 3, 16, 33])
  func absmax(_ set: KernelSet, adjacent: Int) {
    for (channels, gap) in [(1, 0), (17, 3), (40, 0), (66, 1)] {
      var random = RandomNumbers(seed: 5)
      let source = GuardedMap(2, 3, 7, channels, gap: gap)
      source.fill { random.floats(1)[0] }
      let expected = (0..<6).map { (row: Int) -> Float in
        (0..<7).flatMap { x in
          stride(from: 0, to: channels, by: adjacent).map { first in
            (first..<min(first + adjacent, channels)).reduce(Float(0)) {
              $0 + abs(source[row / 3, row % 3, x, $1])
            }
          }
        }.max() ?? 0
      }
      let found = GuardedBytes(6 * MemoryLayout<Float>.stride)
      let floats = found.start.bindMemory(to: Float.self, capacity: 6)
      let arguments = signet_absmax(
        in: source.view, channels: Int32(adjacent), absmax: floats)
      call(set.table.pointer.pointee.absmax, arguments, rows: 6)
      // Sums are added in another order.
      #expect(
        (0..<6).allSatisfy { abs(floats[$0] - expected[$0]) <= expected[$0] * 33 * 0x1p-24 })
      source.view.data[4 * Int(source.view.row_stride) + 1] = .nan
      call(set.table.pointer.pointee.absmax, arguments, rows: 6)
      #expect(floats[4].isNaN)
      #expect(
        [0, 1, 2, 3, 5].allSatisfy {
          abs(floats[$0] - expected[$0]) <= expected[$0] * 33 * 0x1p-24
        })
      #expect(found.isIntact)
    }
  }

  @Test(arguments: KernelSet.available)
  func placement(_ set: KernelSet) throws {
    try check(set, from: (3, 4), to: (6, 5), channelsBefore: 2) { table, input, output in
      let placement = signet_placement(
        in: input, out: output, top: 2, left: 1, channels_before: 1, channel_step: 1, value: 0.5)
      call(table.place, placement, rows: 12)
    }
  }

  @Test(arguments: KernelSet.available)
  func planes(_ set: KernelSet) throws {
    try check(set, from: (5, 7), to: (5, 7)) { table, input, output in
      let count = 2 * 35 * Int(input.channels)
      let planes = GuardedBytes(count * MemoryLayout<Float>.stride)
      let floats = planes.start.bindMemory(to: Float.self, capacity: count)
      call(table.to_planes, signet_transfer(view: input, planes: floats), rows: 10)
      call(table.from_planes, signet_transfer(view: output, planes: floats), rows: 10)
      #expect(planes.isIntact)
    }
  }
}

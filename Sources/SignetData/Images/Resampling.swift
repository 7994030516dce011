/// Bilinear resizing with anti-aliasing: a triangle filter whose support grows with the ratio,
/// in Pillow's fixed point arithmetic, so that the bytes equal Pillow's.
enum Resampling {
  /// Fractional bits of a weight: 32 less 8 for the byte and 2 for the overshoot of a sum.
  fileprivate static let fractionBits: Int32 = 22
  private static let half: Int32 = 1 << (fractionBits - 1)

  /// The given columns and rows of the image resized to `size`:
  /// rows.count × columns.count × channels.
  static func bilinear(
    _ image: DecodedImage, to size: (width: Int, height: Int), columns: Range<Int>,
    rows: Range<Int>
  ) -> [UInt8] {
    let vertical = Taps(input: image.height, output: size.height, range: rows)
    let sourceRows = vertical.sources
    let horizontal = Taps(input: image.width, output: size.width, range: columns)
    let narrowed =
      horizontal.isIdentity
      ? cut(image, columns: columns, rows: sourceRows)
      : resizeRows(image, horizontal, rows: sourceRows)
    let rowLength = columns.count * image.channels
    return vertical.isIdentity
      ? narrowed : resizeColumns(narrowed, vertical, rowLength: rowLength)
  }

  /// rows × columns × channels
  private static func cut(_ image: DecodedImage, columns: Range<Int>, rows: Range<Int>)
    -> [UInt8]
  {
    let rowLength = image.width * image.channels
    var result: [UInt8] = []
    result.reserveCapacity(rows.count * columns.count * image.channels)
    for row in rows {
      let start = row * rowLength + columns.lowerBound * image.channels
      result += image.bytes[start..<start + columns.count * image.channels]
    }
    return result
  }

  /// rows × taps.count × channels
  private static func resizeRows(_ image: DecodedImage, _ taps: Taps, rows: Range<Int>)
    -> [UInt8]
  {
    let channels = image.channels
    let length = rows.count * taps.count * channels
    return image.bytes.withUnsafeBufferPointer { bytes in
      taps.weights.withUnsafeBufferPointer { weights in
        [UInt8](unsafeUninitializedCapacity: length) { result, filled in
          for row in rows {
            for column in 0..<taps.count {
              let first = (row * image.width + taps.starts[column]) * channels
              let end = taps.lengths[column]
              for channel in 0..<channels {
                var sum = half
                var source = first + channel
                var weight = column * taps.stride
                let last = weight + end
                while weight < last {
                  sum &+= Int32(bytes[source]) &* weights[weight]
                  source += channels
                  weight += 1
                }
                result[filled] = byte(sum)
                filled += 1
              }
            }
          }
        }
      }
    }
  }

  /// rows: taps.sources.count × rowLength → taps.count × rowLength
  private static func resizeColumns(_ rows: [UInt8], _ taps: Taps, rowLength: Int) -> [UInt8] {
    let firstSource = taps.sources.lowerBound
    var sums = [Int32](repeating: 0, count: rowLength)
    return rows.withUnsafeBufferPointer { rows in
      sums.withUnsafeMutableBufferPointer { sums in
        [UInt8](unsafeUninitializedCapacity: taps.count * rowLength) { result, filled in
          for row in 0..<taps.count {
            sums.update(repeating: half)
            for tap in 0..<taps.lengths[row] {
              let weight = taps.weights[row * taps.stride + tap]
              let source = (taps.starts[row] - firstSource + tap) * rowLength
              var index = 0
              while index < rowLength {
                sums[index] &+= Int32(rows[source + index]) &* weight
                index += 1
              }
            }
            for index in 0..<rowLength {
              result[filled + index] = byte(sums[index])
            }
            filled += rowLength
          }
        }
      }
    }
  }

  private static func byte(_ sum: Int32) -> UInt8 {
    UInt8(truncatingIfNeeded: min(255, max(0, sum >> fractionBits)))
  }
}

/// Which inputs make each output along one side, with what weights.
private struct Taps {
  /// First input per output.
  let starts: [Int]
  /// Inputs per output.
  let lengths: [Int]
  /// Weights in fixed point: count × stride.
  let weights: [Int32]
  let stride: Int
  /// All inputs that are needed.
  let sources: Range<Int>
  /// The side keeps its length; the outputs are the inputs.
  let isIdentity: Bool

  var count: Int { starts.count }

  /// - Parameter range: the outputs that are wanted, of `0 ..< output`.
  init(input: Int, output: Int, range: Range<Int>) {
    isIdentity = input == output
    guard !isIdentity else {
      (starts, lengths, weights, stride, sources) = ([], [], [], 0, range)
      return
    }
    let ratio = Double(input) / Double(output)
    let support = max(ratio, 1)
    stride = Int(support.rounded(.up)) * 2 + 1
    var starts: [Int] = []
    var lengths: [Int] = []
    var weights = [Int32](repeating: 0, count: range.count * stride)
    for (index, position) in range.enumerated() {
      let center = (Double(position) + 0.5) * ratio
      let first = max(0, Int(center - support + 0.5))
      let last = min(input, Int(center + support + 0.5))
      let triangle = (first..<last).map { source in
        max(0, 1 - abs((Double(source) - center + 0.5) / support))
      }
      let total = triangle.reduce(0, +)
      for (tap, weight) in triangle.enumerated() {
        let scaled = weight / total * Double(1 << Resampling.fractionBits)
        weights[index * stride + tap] = Int32(scaled + 0.5)
      }
      starts.append(first)
      lengths.append(triangle.count)
    }
    sources = (starts.first ?? 0)..<(zip(starts, lengths).map(+).max() ?? 0)
    (self.starts, self.lengths, self.weights) = (starts, lengths, weights)
  }
}

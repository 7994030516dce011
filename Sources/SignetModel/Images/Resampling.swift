/// Bilinear resizing with anti-aliasing: a triangle filter whose support grows with the ratio,
/// in Pillow's fixed point arithmetic, so that the bytes equal Pillow's.
enum Resampling {
  private static let half: Int32 = 1 << (Taps.fractionBits - 1)

  /// The given columns and rows of the image resized to `size`:
  /// rows.count × columns.count × channels.
  static func bilinear(
    _ image: PixelImage, to size: (width: Int, height: Int), columns: Range<Int>,
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
  private static func cut(_ image: PixelImage, columns: Range<Int>, rows: Range<Int>)
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
  private static func resizeRows(_ image: PixelImage, _ taps: Taps, rows: Range<Int>)
    -> [UInt8]
  {
    let channels = image.channels
    let length = rows.count * taps.count * channels
    return image.bytes.withUnsafeBufferPointer { bytes in
      taps.weights.withUnsafeBufferPointer { weights in
        [UInt8](unsafeUninitializedCapacity: length) { result, filled in
          for row in rows {
            for column in 0..<taps.count {
              let source = (row * image.width + taps.starts[column]) * channels
              let weight = column * taps.stride
              let last = weight + taps.lengths[column]
              if channels == 3 {
                colour(bytes, source, weights, weight..<last, into: result, filled)
              } else {
                grey(bytes, source, weights, weight..<last, into: result, filled)
              }
              filled += channels
            }
          }
        }
      }
    }
  }

  @inline(__always)
  private static func grey(
    _ bytes: UnsafeBufferPointer<UInt8>, _ source: Int, _ weights: UnsafeBufferPointer<Int32>,
    _ taps: Range<Int>, into result: UnsafeMutableBufferPointer<UInt8>, _ target: Int
  ) {
    var sum = half
    for tap in taps {
      sum &+= Int32(bytes[source + tap - taps.lowerBound]) &* weights[tap]
    }
    result[target] = byte(sum)
  }

  @inline(__always)
  private static func colour(
    _ bytes: UnsafeBufferPointer<UInt8>, _ source: Int, _ weights: UnsafeBufferPointer<Int32>,
    _ taps: Range<Int>, into result: UnsafeMutableBufferPointer<UInt8>, _ target: Int
  ) {
    var (red, green, blue) = (half, half, half)
    var source = source
    for tap in taps {
      let weight = weights[tap]
      red &+= Int32(bytes[source]) &* weight
      green &+= Int32(bytes[source + 1]) &* weight
      blue &+= Int32(bytes[source + 2]) &* weight
      source += 3
    }
    result[target] = byte(red)
    result[target + 1] = byte(green)
    result[target + 2] = byte(blue)
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
              let start = (taps.starts[row] - firstSource + tap) * rowLength
              // A row of its own leaves no sums in the index, so that this is vectorised.
              let source = UnsafeBufferPointer(rebasing: rows[start..<start + rowLength])
              for index in 0..<rowLength {
                sums[index] &+= Int32(source[index]) &* weight
              }
            }
            let target = UnsafeMutableBufferPointer(rebasing: result[filled..<filled + rowLength])
            for index in 0..<rowLength {
              target[index] = byte(sums[index])
            }
            filled += rowLength
          }
        }
      }
    }
  }

  private static func byte(_ sum: Int32) -> UInt8 {
    UInt8(truncatingIfNeeded: min(255, max(0, sum >> Taps.fractionBits)))
  }
}

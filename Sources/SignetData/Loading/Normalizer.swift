import SignetModel

/// Bytes to network input: `(byte · scale − mean) / std`, looked up per channel.
struct Normalizer: Sendable {
  private let shape: Shape
  private let order: Preprocessing.ChannelOrder
  /// channels × 256
  private let table: [Float]

  init(shape: Shape, preprocessing: Preprocessing) throws(DataError) {
    let channels = preprocessing.channelOrder == .grey ? 1 : 3
    guard shape.isMap, shape.channels == channels, shape.checkedElementCount != nil,
      preprocessing.mean.count == channels, preprocessing.std.count == channels
    else {
      throw .channels(
        order: preprocessing.channelOrder, shape: shape, means: preprocessing.mean.count,
        deviations: preprocessing.std.count)
    }
    self.shape = shape
    order = preprocessing.channelOrder
    table = preprocessing.values(channels: channels)
  }

  /// The table for one image's light: a shift is the same for every byte of a channel.
  private func table(of draw: Augmentation.Draw) -> [Float] {
    guard var shifts = draw.lighting, order == .rgb || order == .bgr else { return table }
    if order == .bgr { shifts.reverse() }
    var table = table
    for (channel, shift) in shifts.enumerated() {
      let first = channel * 256
      let shift = Float(shift) * (table[first + 255] - table[first])
      for place in first..<first + 256 { table[place] += shift }
    }
    return table
  }

  /// Writes one image; what lies outside of it counts as the byte 0.
  /// - Parameters:
  ///   - pixels: C×H×W
  ///   - output: C×H×W
  func normalize(
    _ pixels: [UInt8], _ draw: Augmentation.Draw, into output: UnsafeMutableBufferPointer<Float>
  ) {
    let (height, width) = (shape.height, shape.width)
    // Output columns that show the image, before the flip.
    let first = min(width, max(0, -draw.dx))
    let last = max(first, min(width, width - draw.dx))
    pixels.withUnsafeBufferPointer { pixels in
      table(of: draw).withUnsafeBufferPointer { table in
        for channel in 0..<shape.channels {
          let values = UnsafeBufferPointer(rebasing: table[channel * 256..<channel * 256 + 256])
          for y in 0..<height {
            let start = (channel * height + y) * width
            let row = UnsafeMutableBufferPointer(rebasing: output[start..<start + width])
            let sourceRow = y + draw.dy
            guard sourceRow >= 0, sourceRow < height, first < last else {
              row.update(repeating: values[0])
              continue
            }
            let source = (channel * height + sourceRow) * width + draw.dx
            let step = draw.isFlipped ? -1 : 1
            var target = draw.isFlipped ? width - 1 : 0
            for _ in 0..<first {
              row[target] = values[0]
              target &+= step
            }
            for byte in pixels[source + first..<source + last] {
              row[target] = values[Int(byte)]
              target &+= step
            }
            for _ in last..<width {
              row[target] = values[0]
              target &+= step
            }
          }
        }
      }
    }
    cut(draw, from: output)
  }

  private func cut(_ draw: Augmentation.Draw, from output: UnsafeMutableBufferPointer<Float>) {
    let rows = draw.cutRows.clamped(to: 0..<shape.height)
    let columns = draw.cutColumns.clamped(to: 0..<shape.width)
    guard !rows.isEmpty, !columns.isEmpty else { return }
    for channel in 0..<shape.channels {
      for row in rows {
        let start = (channel * shape.height + row) * shape.width
        output[start + columns.lowerBound..<start + columns.upperBound].update(repeating: 0)
      }
    }
  }
}

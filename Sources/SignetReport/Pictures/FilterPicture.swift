import SignetModel

/// A filter's numbers as squares side by side, one for each input channel.
struct FilterPicture {
  /// Input channels, rows and columns of a filter.
  let channels: Int
  let height: Int
  let width: Int

  /// More channels are left out.
  private static let mostChannels = 16
  private static let across = 4

  /// - Parameter shape: O×I×kH×kW
  /// - Returns: `nil` for filters of one place, which show nothing
  init?(shape: [Int]) {
    guard shape.count == 4, shape[1] > 0, shape[2] * shape[3] > 1 else { return nil }
    (channels, height, width) = (min(shape[1], Self.mostChannels), shape[2], shape[3])
  }

  /// From the most negative number, black, to the most positive, white; zero is grey.
  ///
  /// - Parameter values: I × kH × kW, of one filter
  func picture(of values: ArraySlice<Float>) -> Picture? {
    let peak = values.reduce(0) { $1.isFinite ? max($0, abs($1)) : $0 }
    let across = min(Self.across, channels)
    let down = (channels + across - 1) / across
    // A grey line between channels.
    let (wide, high) = (across * (width + 1) - 1, down * (height + 1) - 1)
    var pixels = [UInt8](repeating: 128, count: wide * high)
    for channel in 0..<channels {
      let (left, top) = (channel % across * (width + 1), channel / across * (height + 1))
      for y in 0..<height {
        for x in 0..<width {
          let value = values[values.startIndex + (channel * height + y) * width + x]
          let level = peak > 0 && value.isFinite ? value / peak : 0
          pixels[(top + y) * wide + left + x] = UInt8(127.5 + 127.5 * level)
        }
      }
    }
    return Picture(pixels: pixels, width: wide, height: high, channels: 1)
  }
}

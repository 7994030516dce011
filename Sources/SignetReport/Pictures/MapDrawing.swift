import SignetData
import SignetModel

/// Maps as pictures: of one or three channels as they are, of more the place of the largest.
package struct MapDrawing: Sendable {
  let map: OutputMap
  /// Black and white.
  let least: Float
  let most: Float

  /// - Parameter range: numbers between whose extremes all maps are drawn, so that they compare
  package init(_ map: OutputMap, range: [Float]) {
    self.map = map
    let finite = range.filter(\.isFinite)
    least = finite.min() ?? 0
    most = finite.max() ?? 0
  }

  private var showsNumbers: Bool { map.channels == 1 || map.channels == 3 }

  private func place(_ pixel: Int, _ channel: Int) -> Int {
    map.isChannelsLast
      ? pixel * map.channels + channel : channel * map.height * map.width + pixel
  }

  /// - Parameter values: of one sample
  package func picture(of values: [Float]) -> Picture? {
    let area = map.height * map.width
    guard values.count == area * map.channels else { return nil }
    guard showsNumbers else {
      let levels = max(1, map.channels - 1)
      let pixels = (0..<area).map { UInt8(255 * strongest(values, $0) / levels) }
      return Picture(pixels: pixels, width: map.width, height: map.height, channels: 1)
    }
    let scale = most > least ? 255 / (most - least) : 0
    let pixels = (0..<area * map.channels).map { index in
      let value = values[place(index / map.channels, index % map.channels)]
      return Self.level((value - least) * scale)
    }
    return Picture(
      pixels: pixels, width: map.width, height: map.height, channels: map.channels)
  }

  /// Where two maps differ: by how much of the range or, where channels stand for classes, whether.
  package func difference(_ found: [Float], _ expected: [Float]) -> Picture? {
    let area = map.height * map.width
    guard found.count == area * map.channels, expected.count == found.count else { return nil }
    var amounts = [Float](repeating: 0, count: area)
    for pixel in 0..<area {
      amounts[pixel] =
        showsNumbers
        ? (0..<map.channels).map { abs(found[place(pixel, $0)] - expected[place(pixel, $0)]) }
          .max() ?? 0
        : strongest(found, pixel) == strongest(expected, pixel) ? 0 : 1
    }
    let peak = amounts.reduce(0) { $1.isFinite ? max($0, $1) : $0 }
    let scale = peak > 0 ? 255 / peak : 0
    return Picture(
      pixels: amounts.map { Self.level($0 * scale) }, width: map.width, height: map.height,
      channels: 1)
  }

  private func strongest(_ values: [Float], _ pixel: Int) -> Int {
    var best = 0
    for channel in 1..<map.channels where values[place(pixel, channel)] > values[place(pixel, best)]
    {
      best = channel
    }
    return best
  }

  private static func level(_ value: Float) -> UInt8 {
    value.isFinite ? UInt8(max(0, min(255, value.rounded()))) : 0
  }
}

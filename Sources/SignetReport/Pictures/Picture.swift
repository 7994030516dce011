import Foundation
import SignetData

/// Pixels that become an image within the page.
package struct Picture: Hashable, Sendable {
  package let width: Int
  package let height: Int
  /// 1 (grey) or 3 (RGB).
  package let channels: Int
  /// height × width × channels
  package let pixels: [UInt8]

  /// - Returns: `nil` where there are not as many pixels as the extents need
  package init?(pixels: [UInt8], width: Int, height: Int, channels: Int) {
    guard width > 0, height > 0, channels == 1 || channels == 3,
      pixels.count == width * height * channels
    else { return nil }
    (self.width, self.height, self.channels, self.pixels) = (width, height, channels, pixels)
  }

  /// An image as data sets give it.
  ///
  /// - Parameters:
  ///   - planes: channels × height × width
  ///   - isReversed: blue, green, red
  package init?(planes: [UInt8], channels: Int, height: Int, width: Int, isReversed: Bool = false) {
    let area = width * height
    guard area > 0, planes.count == area * channels else { return nil }
    let pixels = (0..<area * channels).map { index in
      let channel = index % channels
      return planes[(isReversed ? channels - 1 - channel : channel) * area + index / channels]
    }
    self.init(pixels: pixels, width: width, height: height, channels: channels)
  }

  /// Small enough that both sides are at most `side`, by means over squares.
  package func reduced(to side: Int) -> Picture {
    let factor = (max(width, height) + side - 1) / side
    guard factor > 1 else { return self }
    let (columns, rows) = (max(1, width / factor), max(1, height / factor))
    var reduced: [UInt8] = []
    for row in 0..<rows {
      for column in 0..<columns {
        for channel in 0..<channels {
          var (sum, count) = (0, 0)
          for y in row * factor..<min(height, (row + 1) * factor) {
            for x in column * factor..<min(width, (column + 1) * factor) {
              sum += Int(pixels[(y * width + x) * channels + channel])
              count += 1
            }
          }
          reduced.append(UInt8(sum / max(1, count)))
        }
      }
    }
    return Picture(pixels: reduced, width: columns, height: rows, channels: channels) ?? self
  }

  /// The image element, in the size it is shown in.
  ///
  /// - Parameter text: what it shows, for those who cannot see it
  func markup(text: String, side: Int) -> Markup {
    guard let file = PNG.encode(pixels, width: width, height: height, channels: channels) else {
      return "<span>\(text)</span>"
    }
    // Small pictures grow by whole numbers: all of their pixels are to be of one size.
    let exact = Double(side) / Double(max(width, height))
    let scale = exact >= 1 ? exact.rounded(.down) : exact
    let shown = (
      max(1, Int(Double(width) * scale)), max(1, Int(Double(height) * scale))
    )
    return """
      <img alt="\(text)" width="\(shown.0)" height="\(shown.1)" \
      src="data:image/png;base64,\(file.base64EncodedString())">
      """
  }
}

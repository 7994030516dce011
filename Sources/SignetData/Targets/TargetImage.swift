import Foundation
import SignetModel

/// A picture that an output should be, in the order of the output's numbers.
struct TargetImage {
  /// As many as the map has numbers.
  let bytes: [UInt8]

  /// - Parameter isReversed: whether the network's colours are blue, green, red
  /// - Throws: ``DataError/target(file:expected:found:)`` for a picture of another size.
  init(contentsOf url: URL, for map: OutputMap, isReversed: Bool) throws(DataError) {
    let file = try FileBytes.read(url, limit: Limits.imageBytes)
    let decoded: PixelImage
    do throws(ImageDefect) {
      decoded = try ImageFile.decode(file)
    } catch {
      throw .image(file: url.path, error)
    }
    guard decoded.width == map.width, decoded.height == map.height else {
      throw .target(
        file: url.path, expected: "the output's size, \(map.width)×\(map.height) pixels",
        found: "\(decoded.width)×\(decoded.height)")
    }
    guard map.mayBePicture else {
      throw .target(
        file: url.path, expected: "an output of one channel or three",
        found: "'\(map.name)' of \(map.channels)")
    }
    let image = map.channels == 1 ? decoded.grey : decoded
    let (area, channels) = (map.width * map.height, map.channels)
    bytes = (0..<area * channels).map { index in
      let (place, channel) =
        map.isChannelsLast
        ? index.quotientAndRemainder(dividingBy: channels)
        : (index % area, index / area)
      let stored = isReversed ? channels - 1 - channel : channel
      return image.bytes[place * image.channels + (image.channels == 1 ? 0 : stored)]
    }
  }
}

import Foundation

/// A picture whose pixels are class numbers.
struct LabelMap {
  /// The number of pixels that count for nothing.
  static let ignored: UInt8 = 255

  let width: Int
  let height: Int
  /// height × width
  let values: [UInt8]

  /// A PNG file of one number a pixel.
  ///
  /// - Throws: ``DataError/target(file:expected:found:)`` for any other kind of picture, or what is
  ///   wrong with the file.
  init(contentsOf url: URL) throws(DataError) {
    let bytes = try FileBytes.read(url, limit: Limits.imageBytes)
    let expected = "a PNG file of class numbers, grey or with a palette, of at most 8 bits"
    guard PNG.hasSignature(bytes) else {
      throw .target(file: url.path, expected: expected, found: "another format")
    }
    let chunks: PNGChunks
    do throws(ImageDefect) {
      chunks = try PNGChunks(bytes)
    } catch {
      throw .image(file: url.path, error)
    }
    guard [0, 3].contains(chunks.colourType), chunks.bitsPerPixel <= 8 else {
      throw .target(file: url.path, expected: expected, found: chunks.kind)
    }
    do throws(ImageDefect) {
      values = try PNG.numbers(bytes, chunks)
    } catch {
      throw .image(file: url.path, error)
    }
    (width, height) = (chunks.width, chunks.height)
  }

  init(width: Int, height: Int, values: [UInt8]) {
    self.width = width
    self.height = height
    self.values = values
  }

  /// The number beneath the middle of each place of a map, ``ignored`` where there is none.
  ///
  /// - Parameter fit: how the picture was laid over the map
  /// - Returns: height × width of the map
  func numbers(_ fit: LabelFit) -> [UInt8] {
    let columns = fit.columns(of: (width, height))
    return fit.rows(of: (width, height)).flatMap { row in
      columns.map { column in
        guard let row, let column else { return Self.ignored }
        return values[row * width + column]
      }
    }
  }
}

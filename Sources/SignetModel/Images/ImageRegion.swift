/// The part of an image that a network's input shows.
package struct ImageRegion: Hashable, Sendable {
  /// Where it begins, in pixels of the image; negative where the input is padded.
  package let left: Double
  package let top: Double
  /// How far it reaches.
  package let width: Double
  package let height: Double

  /// - Parameters:
  ///   - size: of the image, in pixels
  ///   - shape: of the input
  package init(of size: (width: Int, height: Int), shape: Shape, _ preprocessing: Preprocessing) {
    let resized = ImageFit.resizedSize(
      of: size, shape: shape, shorterSide: preprocessing.resizeShorterSide)
    func along(_ length: Int, _ resized: Int, _ crop: Int) -> (start: Double, extent: Double) {
      let scale = Double(length) / Double(max(1, resized))
      let start = ImageFit.cropStart(length: resized, crop: crop)
      return (Double(start) * scale, Double(crop) * scale)
    }
    (left, width) = along(size.width, resized.width, shape.width)
    (top, height) = along(size.height, resized.height, shape.height)
  }
}

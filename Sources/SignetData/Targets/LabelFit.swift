import SignetModel

/// How a picture of labels lies over a map of a network that saw the picture's image: resized and
/// cropped with it, by nearest neighbour.
struct LabelFit {
  /// Of the map.
  let height: Int
  let width: Int
  /// What the image was made to fit; `nil` where the network was given numbers, which were cut
  /// before: then the picture covers the map.
  let input: Shape?
  let resizeShorterSide: Int?

  typealias Size = (width: Int, height: Int)

  /// The column of a picture of this size beneath the middle of each column of the map.
  func columns(of size: Size) -> [Int?] {
    guard let input else { return Self.places(width, within: size.width) }
    return Self.places(
      width, within: size.width, resizedTo: resized(size, for: input).width, cropped: input.width)
  }

  /// The same of rows.
  func rows(of size: Size) -> [Int?] {
    guard let input else { return Self.places(height, within: size.height) }
    return Self.places(
      height, within: size.height, resizedTo: resized(size, for: input).height,
      cropped: input.height)
  }

  private func resized(_ size: Size, for input: Shape) -> Size {
    ImageFit.resizedSize(of: size, shape: input, shorterSide: resizeShorterSide)
  }

  private static func places(_ count: Int, within length: Int) -> [Int?] {
    places(count, within: length, resizedTo: count, cropped: count)
  }

  /// - Parameters:
  ///   - length: of the picture
  ///   - resized: of what it is made before the crop
  private static func places(
    _ count: Int, within length: Int, resizedTo resized: Int, cropped crop: Int
  ) -> [Int?] {
    let start = ImageFit.cropStart(length: resized, crop: crop)
    return (0..<count).map { place in
      // One division of whole numbers, so that what lies on an edge is rounded alike everywhere.
      let doubled = Double(2 * start * count + (2 * place + 1) * crop) * Double(length)
      let index = Int((doubled / Double(2 * count * resized)).rounded(.down))
      return (0..<length).contains(index) ? index : nil
    }
  }
}

extension LabelFit {
  /// Whether one of two sizes can be the other scaled and rounded to whole pixels.
  static func isAlike(_ first: Size, _ second: Size) -> Bool {
    let larger = max(first.width, first.height, second.width, second.height)
    return abs(first.width * second.height - first.height * second.width) < larger
  }
}

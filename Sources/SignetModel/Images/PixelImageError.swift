/// Why pixels are no image, or an image is no input.
public enum PixelImageError: Error, Hashable, Sendable {
  /// Sides beyond what is taken.
  case size(width: Int, height: Int)
  /// Rows that overlap.
  case rowBytes(expected: Int, found: Int)
  /// Fewer bytes than the rows have.
  case bytes(expected: Int, found: Int)
  /// The network has no input of that name.
  case noInput(name: String, expected: [String])
  /// The input takes no images: its numbers are taken as they come.
  case noImage(input: String)
}

extension PixelImageError: CustomStringConvertible {
  /// What is wrong, what was expected and what found.
  public var description: String {
    switch self {
    case .size(let width, let height):
      "image: expected sides of 1 to \(PixelImage.longestSide) and at most "
        + "\(PixelImage.mostPixels) pixels, found \(width)×\(height)"
    case .rowBytes(let expected, let found):
      "image: expected at least \(expected) bytes from row to row, found \(found)"
    case .bytes(let expected, let found):
      "image: expected at least \(expected) bytes, found \(found)"
    case .noInput(let name, let expected):
      "input '\(name.printable)': no such input; there are \(expected.map(\.printable).joined(separator: ", "))"
    case .noImage(let input):
      "input '\(input.printable)' takes no images; give it numbers"
    }
  }
}

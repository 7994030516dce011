import ArgumentParser
import SignetModel

/// Height and width in pixels: `224`, or `48x192`.
struct CropSize: ExpressibleByArgument, Hashable {
  let height: Int
  let width: Int

  init?(argument: String) {
    let parts = argument.split(separator: "x", omittingEmptySubsequences: false)
    let numbers = parts.compactMap { Int($0) }
    guard numbers.count == parts.count, (1...2).contains(numbers.count),
      numbers.allSatisfy((1...65536).contains), let height = numbers.first,
      let width = numbers.last
    else { return nil }
    self.height = height
    self.width = width
  }

  /// Whether a network takes images of this size.
  func fits(_ shape: Shape) -> Bool { height == shape.height && width == shape.width }
}

extension CropSize: CustomStringConvertible {
  var description: String { "\(height)×\(width)" }
}

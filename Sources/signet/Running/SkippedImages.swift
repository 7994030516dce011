import SignetData

/// Names images that cannot be read, each once, and counts them.
final class SkippedImages {
  private var seen: Set<DataError> = []

  /// More are counted only: a broken disk must not fill the screen.
  private static let named = 20

  var count: Int { seen.count }

  func note(_ error: DataError) {
    guard seen.insert(error).inserted else { return }
    if seen.count <= Self.named { Console.warn("skipped: \(error)") }
    if seen.count == Self.named { Console.warn("further ones are counted, not named") }
  }
}

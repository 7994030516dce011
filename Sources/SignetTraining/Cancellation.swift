/// The wish of whoever started long work that it end, looked for at the work's safe points.
public struct Cancellation: Sendable {
  /// Work that goes to its end.
  public static let none = Cancellation { false }

  private let isRequested: @Sendable () -> Bool

  /// - Parameter isRequested: asked often, and by any thread
  public init(_ isRequested: @escaping @Sendable () -> Bool) {
    self.isRequested = isRequested
  }

  /// Whether the end is wished for.
  var isAsked: Bool { isRequested() }

  /// - Throws: ``TrainingError/interrupted(checkpoint:)`` once the end is wished for; whoever keeps a
  ///   checkpoint adds where it is.
  public func check() throws(TrainingError) {
    guard !isRequested() else { throw .interrupted(checkpoint: nil) }
  }
}

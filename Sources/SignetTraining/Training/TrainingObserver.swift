/// Who watches a run.
struct TrainingObserver {
  var progress: (TrainingProgress) throws -> Void = { _ in }
  /// The images that a validation has done, and their total.
  var validating: (Int, Int) throws -> Void = { _, _ in }
}

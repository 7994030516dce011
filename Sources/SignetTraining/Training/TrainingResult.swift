import SignetModel

/// What a run left: the network that did best on the validation images, which is the one it began
/// with unless another is clearly better; without such images the last one.
public struct TrainingResult: Sendable {
  /// Where a network stood in the run.
  public struct Point: Sendable, Hashable {
    /// Steps done.
    public var step: Int
    public var score: ValidationScore

    public init(step: Int, score: ValidationScore) {
      self.step = step
      self.score = score
    }
  }

  public var model: Model
  /// Steps done in all.
  public var steps: Int
  /// Where ``model`` stood.
  public var keptStep: Int
  /// The validations before the first step, after the last, and of ``model``; `nil` where there
  /// were no images for them.
  public var start: Point?
  public var end: Point?
  public var kept: Point?
}

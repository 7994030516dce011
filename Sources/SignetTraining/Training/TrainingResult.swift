import SignetModel

/// What a run left: the network that did best on the validation images, which is the one it began
/// with unless another is clearly better; without such images the last one.
public struct TrainingResult: Sendable {
  /// Where a network stood in the run.
  public struct Point: Sendable, Hashable {
    /// Steps done.
    public var step: Int
    /// What was measured there.
    public var score: ValidationScore

    /// A measurement after so many steps.
    public init(step: Int, score: ValidationScore) {
      self.step = step
      self.score = score
    }
  }

  /// The network that is kept.
  public var model: Model
  /// Steps done in all.
  public var steps: Int
  /// Where ``model`` stood.
  public var keptStep: Int
  /// The validations before the first step, after the last, and of ``model``; `nil` where there
  /// were no images for them.
  public var start: Point?
  /// The network after the last step, measured likewise.
  public var end: Point?
  /// The measurement of ``model``.
  public var kept: Point?
}

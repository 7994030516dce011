/// What a training run reports from time to time.
public struct TrainingProgress: Sendable, Hashable {
  /// Epochs done, fractional.
  public var epoch: Double
  /// Steps done.
  public var step: Int
  /// Steps of the whole run.
  public var totalSteps: Int
  /// Mean loss of the steps since the last report; NaN before the first step.
  public var loss: Double
  /// Training images since the last report with the highest score at the label or, where labels are
  /// not learned from, at the teacher's class, in percent; NaN where outputs are no scores and before
  /// the first step.
  public var accuracy: Double
  /// Of the next step, the highest of all weights'.
  public var learningRate: Double
  /// Training images of this run, the time of validations aside.
  public var imagesPerSecond: Double
  /// At that speed; infinite before the first step.
  public var secondsLeft: Double
  /// On the validation images, where it was just measured.
  public var validation: ValidationScore?
  /// The highest of all validations so far.
  public var best: ValidationScore?
}

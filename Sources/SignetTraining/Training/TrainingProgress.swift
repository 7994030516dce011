/// What a training run reports from time to time.
public struct TrainingProgress: Sendable, Hashable {
  /// Epochs done, fractional.
  public var epoch: Double
  /// Steps done.
  public var step: Int
  public var totalSteps: Int
  /// Mean loss of the steps since the last report; NaN before the first step.
  public var loss: Double
  /// Top-1 on the training batches since the last report, in percent; NaN before the first step.
  public var accuracy: Double
  /// Of the next step, the highest of all weights'.
  public var learningRate: Double
  public var imagesPerSecond: Double
  public var secondsLeft: Double
  /// Top-1 on the validation set in percent, where it was just measured.
  public var validationTop1: Double?
  /// The highest of all validations so far.
  public var bestTop1: Double?
}

import Foundation

/// What a training run says at one report: a line of `metrics.jsonl`.
public struct TrainingMetrics: Codable, Hashable, Sendable {
  /// Epochs done, fractional.
  public var epoch: Double
  /// Steps done.
  public var step: Int
  /// Mean since the report before; `nil` before the first step.
  public var loss: Double?
  /// Percent on the training batches since the report before; `nil` before the first step.
  public var top1: Double?
  /// Percent on the validation images, where just measured.
  public var validation: Double?
  public var learningRate: Double
  /// `nil` before the first step.
  public var imagesPerSecond: Double?
  /// Seconds since 1970.
  public var time: Double

  public init(
    epoch: Double, step: Int, loss: Double?, top1: Double?, validation: Double?,
    learningRate: Double, imagesPerSecond: Double?, time: Double
  ) {
    self.epoch = epoch
    self.step = step
    self.loss = loss
    self.top1 = top1
    self.validation = validation
    self.learningRate = learningRate
    self.imagesPerSecond = imagesPerSecond
    self.time = time
  }

  /// One object on one line, without the line's end.
  var line: Data {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      return try encoder.encode(self)
    }
  }

  /// As TensorBoard shows them.
  var scalars: [(tag: String, value: Float)] {
    [
      ("train/loss", loss), ("train/top1", top1), ("validation/top1", validation),
      ("train/learning_rate", learningRate), ("train/images_per_second", imagesPerSecond),
    ].compactMap { tag, value in value.map { (tag, Float($0)) } }
  }
}

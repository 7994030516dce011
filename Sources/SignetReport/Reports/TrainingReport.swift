/// How training or fine-tuning ended.
public struct TrainingReport: Report {
  /// The model file that was written.
  public var output: String
  public var steps: Int
  /// Mean loss of the last stretch of steps.
  public var loss: Double
  /// Percent on the validation images, if there were any.
  public var top1: Double?
  /// The best of all validations, in percent, and the model file that holds that network.
  public var bestTop1: Double?
  public var bestOutput: String?
  public var seconds: Double
  public var fileBytes: Int

  public init(
    output: String, steps: Int, loss: Double, top1: Double?, bestTop1: Double? = nil,
    bestOutput: String? = nil, seconds: Double, fileBytes: Int
  ) {
    self.output = output
    self.steps = steps
    self.loss = loss
    self.top1 = top1
    self.bestTop1 = bestTop1
    self.bestOutput = bestOutput
    self.seconds = seconds
    self.fileBytes = fileBytes
  }

  public var text: String {
    "\(Quantity.count(steps)) steps in \(Quantity.seconds(seconds)), loss "
      + "\(Quantity.fraction(loss))"
      + (top1.map { ", top-1 \(Quantity.percent($0))" } ?? "")
      + " → \(output) (\(Quantity.bytes(fileBytes)))" + best
  }

  private var best: String {
    guard let bestTop1, let bestOutput, bestTop1 > top1 ?? 0 else { return "" }
    return "; best top-1 \(Quantity.percent(bestTop1)) → \(bestOutput)"
  }
}

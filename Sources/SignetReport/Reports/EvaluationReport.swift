/// How often a model is right.
public struct EvaluationReport: Report {
  /// Percent of images whose class has the highest score.
  public var top1: Double
  /// Percent of images whose class is among the five highest scores.
  public var top5: Double
  public var images: Int
  /// Images that could not be read.
  public var skipped: Int
  public var seconds: Double
  /// What ran the model: `runtime` or `torch`.
  public var engine: String
  public var threads: Int

  public init(
    top1: Double, top5: Double, images: Int, skipped: Int = 0, seconds: Double, engine: String,
    threads: Int
  ) {
    self.top1 = top1
    self.top5 = top5
    self.images = images
    self.skipped = skipped
    self.seconds = seconds
    self.engine = engine
    self.threads = threads
  }

  public var text: String {
    "top-1 \(Quantity.percent(top1))  top-5 \(Quantity.percent(top5))  "
      + "\(Quantity.count(images)) images in \(Quantity.seconds(seconds)) (\(engine), "
      + "\(threads) thread\(threads == 1 ? "" : "s"))"
      + (skipped == 0 ? "" : ", \(Quantity.count(skipped)) skipped")
  }
}

import SignetModel

/// How training or fine-tuning ended.
public struct TrainingReport: Report {
  /// What images that were not learned from said, in percent.
  public struct Validation: Encodable, Hashable, Sendable {
    /// `top-1`, `agreement` with the teacher's classes, or `fidelity` to its outputs.
    public var measure: String
    public var images: Int
    public var start: Double
    public var end: Double
    /// Of the network that was written.
    public var kept: Double
    /// Steps it had done: 0 is the start.
    public var keptStep: Int

    public init(
      measure: String, images: Int, start: Double, end: Double, kept: Double, keptStep: Int
    ) {
      self.measure = measure
      self.images = images
      self.start = start
      self.end = end
      self.kept = kept
      self.keptStep = keptStep
    }
  }

  /// The model file that was written.
  public var output: String
  public var steps: Int
  /// Mean loss of the last stretch of steps.
  public var loss: Double
  public var validation: Validation?
  /// Percent on the test images, if the data has some, measured once.
  public var top1: Double?
  public var seconds: Double
  public var fileBytes: Int

  public init(
    output: String, steps: Int, loss: Double, validation: Validation? = nil, top1: Double?,
    seconds: Double, fileBytes: Int
  ) {
    self.output = output
    self.steps = steps
    self.loss = loss
    self.validation = validation
    self.top1 = top1
    self.seconds = seconds
    self.fileBytes = fileBytes
  }

  public var text: String {
    var lines = [
      "\(Quantity.count(steps)) steps in \(Quantity.seconds(seconds)), loss "
        + "\(Quantity.fraction(loss))"
    ]
    if let validation { lines += validation.lines(of: steps) }
    if let top1 { lines.append("test top-1  \(Quantity.percent(top1))") }
    return (lines + ["→ \(output.printablePath) (\(Quantity.bytes(fileBytes)))"]).joined(
      separator: "\n")
  }
}

extension TrainingReport.Validation {
  fileprivate func lines(of steps: Int) -> [String] {
    let place =
      switch keptStep {
      case 0: "the start: nothing was clearly better"
      case steps: "the end"
      default: "step \(Quantity.count(keptStep)) of \(Quantity.count(steps))"
      }
    return [
      "\(measure) of \(Quantity.count(images)) held-out images: start "
        + "\(Quantity.percent(start)), end \(Quantity.percent(end))",
      "kept: \(place), \(Quantity.percent(kept))",
    ]
  }
}

import SignetModel
import SignetReport

/// How training or fine-tuning ended.
struct TrainingReport: Report {
  /// What images that were not learned from said, in percent.
  struct Validation: Encodable, Hashable, Sendable {
    /// `top-1`, `agreement` with the teacher's classes, or `fidelity` to its outputs.
    var measure: String
    var images: Int
    var start: Double
    var end: Double
    /// Of the network that was written.
    var kept: Double
    /// Steps it had done: 0 is the start.
    var keptStep: Int
  }

  /// The model file that was written.
  var output: String
  var steps: Int
  /// Mean loss of the last stretch of steps.
  var loss: Double
  var validation: Validation?
  /// Percent on the test images, if the data has some, measured once.
  var top1: Double?
  var seconds: Double
  var fileBytes: Int

  var text: String {
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

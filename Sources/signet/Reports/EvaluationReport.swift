import SignetReport

/// How often a model is right.
struct EvaluationReport: Report {
  /// Percent of images whose class has the highest score.
  var top1: Double
  /// Percent of images whose class is among the five highest scores.
  var top5: Double
  var images: Int
  /// Images that could not be read.
  var skipped = 0
  var seconds: Double
  /// What ran the model: `runtime` or `torch`.
  var engine: String
  var threads: Int

  var text: String {
    let note = RunNote(
      images: images, skipped: skipped, seconds: seconds, engine: engine, threads: threads)
    return "top-1 \(Quantity.percent(top1))  top-5 \(Quantity.percent(top5))  \(note)"
  }
}

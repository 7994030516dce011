import SignetReport

/// How well a model's embeddings tell the same from different.
struct VerificationReport: Report {
  /// The output's name.
  var output: String
  /// The mean cosine of pairs of the same.
  var same: Double
  /// The mean cosine of pairs of different things.
  var different: Double
  /// Percent of pairs that the best threshold tells right.
  var accuracy: Double
  /// The least cosine that counts as the same; infinite where it is best to count none.
  var threshold: Double
  var pairs: Int
  var images: Int
  /// Images that could not be read.
  var skipped: Int
  var seconds: Double
  var engine: String
  var threads: Int

  var text: String {
    let note = RunNote(
      images: images, skipped: skipped, seconds: seconds, engine: engine, threads: threads)
    let rule =
      threshold == .infinity
      ? "with none as the same" : "at \(Quantity.fraction(threshold))"
    return "cosine of same \(Quantity.fraction(same)), of different "
      + "\(Quantity.fraction(different))  accuracy \(Quantity.percent(accuracy)) \(rule)  "
      + "\(Quantity.count(pairs)) pairs, \(note)"
  }
}

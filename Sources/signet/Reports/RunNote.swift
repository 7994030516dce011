import SignetReport

/// What a measurement was made with, as the end of a line.
struct RunNote: CustomStringConvertible {
  var images: Int
  /// Images that could not be read.
  var skipped: Int
  var seconds: Double
  /// What ran the model: `runtime` or `torch`.
  var engine: String
  var threads: Int

  var description: String {
    "\(Quantity.count(images)) images in \(Quantity.seconds(seconds)) (\(engine), "
      + "\(threads) thread\(threads == 1 ? "" : "s"))"
      + (skipped == 0 ? "" : ", \(Quantity.count(skipped)) skipped")
  }
}

import SignetReport

/// How near the pictures that a model gives are to those that it should.
struct ReconstructionReport: Report {
  /// The output's name.
  var output: String
  /// In dB, the mean over images; infinite where one is exactly right.
  var psnr: Double
  /// From black to white, in the output's numbers.
  var peak: Double
  var images: Int
  /// Images that could not be read.
  var skipped: Int
  var seconds: Double
  var engine: String
  var threads: Int

  var text: String {
    let note = RunNote(
      images: images, skipped: skipped, seconds: seconds, engine: engine, threads: threads)
    let decibels = psnr == .infinity ? "∞" : "\(Quantity.fraction(psnr))"
    return "PSNR \(decibels) dB, peak \(Quantity.fraction(peak))  \(note)"
  }
}

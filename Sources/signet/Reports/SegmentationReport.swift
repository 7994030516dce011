import SignetData
import SignetReport

/// How well a model names the class of each place.
struct SegmentationReport: Report {
  struct Class: Encodable, Hashable, Sendable {
    var number: Int
    /// Percent of the places that are of the class or were taken for it, that are and were.
    var iou: Double
    /// Places that are of the class.
    var places: Int
  }

  /// The output's name.
  var output: String
  /// Percent; the mean over `classes`.
  var miou: Double
  /// Percent of places whose class is right.
  var pixelAccuracy: Double
  /// Those that occur in labels or outputs.
  var classes: [Class]
  var images: Int
  /// Images that could not be read.
  var skipped: Int
  var seconds: Double
  var engine: String
  var threads: Int

  var text: String {
    let note = RunNote(
      images: images, skipped: skipped, seconds: seconds, engine: engine, threads: threads)
    return "mIoU \(Quantity.percent(miou)) of \(Quantity.count(classes.count)) "
      + "class\(classes.count == 1 ? "" : "es")  pixel accuracy "
      + "\(Quantity.percent(pixelAccuracy))  \(note)"
  }
}

extension SegmentationReport.Class {
  init(_ result: Segmentation.ClassResult) {
    self.init(
      number: result.number, iou: result.intersectionOverUnion, places: result.places)
  }
}

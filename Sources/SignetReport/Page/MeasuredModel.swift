import SignetModel

/// A model and what was measured of it, on the same images and the same machine as the others of a
/// page.
package struct MeasuredModel: Sendable {
  /// What the page calls it: its file's name.
  package var name: String
  package var model: Model
  package var fileBytes: Int
  /// Share of images whose class is the label's, in percent.
  package var accuracy: Double?
  /// Share of images whose class is the float network's, in percent.
  package var agreement: Double?
  /// Of one image: the median.
  package var milliseconds: Double?

  package init(name: String, model: Model, fileBytes: Int) {
    self.name = name
    self.model = model
    self.fileBytes = fileBytes
  }

  /// What it is worth among models of one kind: accuracy where there are labels, else agreement.
  var worth: Double? { accuracy ?? agreement }
}

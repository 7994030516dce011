import SignetData
import SignetModel

/// All there is to show of a network on one page. What was not measured is left out, and the page says
/// what would add it.
package struct NetworkReport: Sendable {
  /// The images that were measured with.
  package struct DataNote: Sendable {
    /// What the set is called.
    package var name: String
    package var images: Int
    package var isLabelled: Bool

    package init(name: String, images: Int, isLabelled: Bool) {
      self.name = name
      self.images = images
      self.isLabelled = isLabelled
    }
  }

  /// What times were measured on.
  package struct Machine: Sendable {
    /// As its manufacturer calls it; empty where the system does not say.
    package var processor: String
    /// The kernel set's name.
    package var kernels: String
    package var threads: Int

    package init(processor: String, kernels: String, threads: Int) {
      self.processor = processor
      self.kernels = kernels
      self.threads = threads
    }
  }

  /// What wrote the page, e.g. `Signet 0.1.0`.
  package var author: String
  package var subject: MeasuredModel
  /// The network it was made of.
  package var float: MeasuredModel?
  /// Models beside it.
  package var others: [MeasuredModel] = []
  package var machine: Machine?
  /// Of the subject with every weight a float, where there is no ``float``.
  package var twinMilliseconds: Double?
  package var data: DataNote?
  /// The subject's classes beside labels or, without them, the float network's.
  package var classification: Classification?
  /// By number; what has none is called by its number.
  package var classNames: [String]
  /// The surest mistakes.
  package var misses: [MissedImage] = []
  /// The subject's outputs beside the float network's.
  package var fidelity: [OutputFidelity] = []
  /// In forward order.
  package var deviations: [LayerDeviation] = []
  package var maps: [MapExample] = []
  /// Every step of a run, in order.
  package var times: [LayerTiming] = []
  /// Of the training that made the subject.
  package var metrics: [TrainingMetrics] = []
  /// What made the subject, oldest first, as a shell takes it.
  package var makingCommands: [String] = []
  /// What makes the page, and what made the models where that is known, as a shell takes it.
  package var commands: [String] = []

  package init(author: String, subject: MeasuredModel) {
    self.author = author
    self.subject = subject
    classNames = subject.model.labels
  }

  /// The class of that number, as people call it.
  func className(_ number: Int) -> String {
    classNames.indices.contains(number) ? classNames[number].printable : "class \(number)"
  }

  /// Of one image, in float.
  var floatMilliseconds: Double? { float?.milliseconds ?? twinMilliseconds }

  /// Bytes of the float network.
  var floatBytes: Int { float?.fileBytes ?? subject.model.floatByteCount }
}

/// An image whose class is not the right one.
package struct MissedImage: Sendable {
  package var miss: Classification.Miss
  /// Where it comes from, if it is a file.
  package var file: String?
  package var picture: Picture?

  package init(miss: Classification.Miss, file: String?, picture: Picture?) {
    self.miss = miss
    self.file = file
    self.picture = picture
  }
}

/// One image's map beside the float network's.
package struct MapExample: Sendable {
  /// What to call the image.
  package var name: String
  package var input: Picture?
  package var float: Picture?
  package var found: Picture
  package var difference: Picture?
  /// ‖y−ŷ‖²/‖y‖²
  package var relativeError: Double?

  package init(
    name: String, input: Picture?, float: Picture?, found: Picture, difference: Picture?,
    relativeError: Double?
  ) {
    self.name = name
    self.input = input
    self.float = float
    self.found = found
    self.difference = difference
    self.relativeError = relativeError
  }
}

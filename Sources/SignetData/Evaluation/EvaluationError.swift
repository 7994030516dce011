import SignetModel

/// Why an accuracy could not be measured.
public enum EvaluationError: Error, Hashable, Sendable {
  /// A data set with classes the network does not have.
  case classes(dataset: String, largestLabel: Int, classCount: Int)
  /// A network that gave another number of scores than images × classes.
  case scoreCount(expected: Int, found: Int)
  /// A network with several inputs, of which images are but one.
  case inputs(names: [String])
  /// Two networks that are to be compared take different inputs.
  case otherInputs(expected: [String], found: [String])
  /// An output that the other network has not, or has with other extents.
  case output(name: String)
  /// A score that is not a number.
  case notANumber(dataset: String, image: Int)
  /// A map of numbers that are none of classes.
  case noClassNumbers(output: String, image: Int)
  /// Labels none of which counts.
  case nothingLabelled(dataset: String)
  /// An output for an image file that is NaN or infinite.
  case notFinite(file: String)
}

extension EvaluationError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .classes(let dataset, let largestLabel, let classCount):
      "\(dataset.printablePath) has labels up to \(largestLabel), the network only \(classCount) classes"
    case .scoreCount(let expected, let found):
      "the network gave \(found) scores, expected \(expected)"
    case .inputs(let names):
      "images go to one input, the network has "
        + names.map { "'\($0.printable)'" }.joined(separator: ", ")
    case .otherInputs(let expected, let found):
      "the other network's inputs: expected \(expected.joined(separator: ", ")), found "
        + found.joined(separator: ", ")
    case .output(let name):
      "output '\(name.printable)': expected one of that name and the same extents in both networks, "
        + "found it in one; is --against the network that this one was made of?"
    case .notFinite(let file):
      "\(file.printablePath): the network's outputs for it hold NaN or an infinity"
    case .noClassNumbers(let output, let image):
      "output '\(output.printable)' for image \(image): expected class numbers of 0 to 254, found others"
    case .nothingLabelled(let dataset):
      "\(dataset.printablePath): no place of any image has a label other than 255, which counts for nothing"
    case .notANumber(let dataset, let image):
      "the network's scores for image \(image) of \(dataset.printablePath) are not numbers"
    }
  }
}

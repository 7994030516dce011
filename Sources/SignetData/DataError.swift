import SignetModel

/// Why data cannot be used. Offsets are in bytes from the start of the file.
public enum DataError: Error, Hashable, Sendable {
  /// A data specification whose kind does not exist.
  case unknownKind(name: String, suggestion: String?)
  /// A data specification without the path its kind needs.
  case missingPath(kind: DatasetSpecification.Kind)
  /// An option outside its range.
  case option(name: String, expected: String, found: String)
  /// A set that is not where it was looked for.
  case notFound(DatasetSpecification.Kind, folder: String, file: String)
  /// The operating system's word on a file or folder.
  case unreadable(path: String, reason: String)
  /// A file of more bytes than are read into memory.
  case fileTooLarge(path: String, limit: Int, found: Int)
  /// A file that ends too early.
  case truncated(file: String, offset: Int, expected: String, found: String)
  /// Bytes that are not what the format has there.
  case format(file: String, offset: Int, expected: String, found: String)
  /// A line of a text file; lines count from 1.
  case line(file: String, line: Int, expected: String, found: String)
  /// A folder or list without images.
  case empty(path: String, expected: String)
  /// A folder of tar archives that seem to belong to more than one set.
  case shardsOfSeveralSets(folder: String, one: String, other: String)
  /// A folder that is split into parts of which the wanted one is missing.
  case missingSplit(folder: String, split: Split)
  /// A set some of whose classes a network does not have, among those that it has in other places.
  case classNames(dataset: String, unknown: [String], suggestion: String?, count: Int)
  /// Outputs that are not laid out as boxes are to be read from them.
  case boxes(layout: BoxLayout, expected: String, found: String)
  /// Images without labels where labels are needed.
  case unlabelled(dataset: String)
  /// Two files that do not belong together.
  case countMismatch(images: String, imageCount: Int, labels: String, labelCount: Int)
  /// A set of fixed-size images and a network of another input.
  case size(dataset: String, expected: Shape, found: Shape)
  /// A resize that a set of fixed-size images cannot do.
  case resize(dataset: String, size: Shape, shorterSide: Int)
  /// Preprocessing that does not fit the input shape.
  case channels(order: Preprocessing.ChannelOrder, shape: Shape, means: Int, deviations: Int)
  /// An array of a file that is missing or not what it must be; `array` is empty where it has no name.
  case array(file: String, array: String, expected: String, found: String)
  /// A file of arrays that cannot be read.
  case arrayFile(ModelFileError)
  /// Arrays for a network that nobody has named yet.
  case inputsUnknown(path: String)
  /// Images for a network that takes none, or more than one image.
  case noImages(dataset: String, input: String, inputs: Int)
  /// A set of images where numbers are asked for.
  case noTensors(dataset: String)
  /// A file of what outputs should be that is missing or not what the output needs.
  case target(file: String, expected: String, found: String)
  /// Images without files of their own where each has a target under its file's name.
  case namelessImages(dataset: String)
  /// An image file that cannot be decoded.
  case image(file: String, ImageDefect)
}

extension DataError {
  /// Whether an image file is at fault that others of its set could do without.
  var isAboutOneFile: Bool {
    switch self {
    case .image, .unreadable, .fileTooLarge: true
    default: false
    }
  }
}

/// What is wrong with the bytes of an image.
public enum ImageDefect: Error, Hashable, Sendable {
  /// Neither JPEG nor PNG; `found` names the format if it is known, else its first bytes.
  case unknownFormat(found: String)
  /// More pixels than are decoded.
  case tooLarge(width: Int, height: Int, limit: Int)
  /// A size that so few bytes cannot hold.
  case implausible(width: Int, height: Int, bytes: Int)
  /// The file ends before the image does.
  case truncated(reason: String)
  /// The file's contents contradict its format.
  case corrupt(reason: String)
}

import SignetModel

extension CommandError: CustomStringConvertible {
  var description: String {
    switch self {
    case .output(let file, .noFolder(let folder)):
      "\(file.printablePath): the folder '\(folder.printablePath)' does not exist"
    case .output(let file, .folderNotWritable(let folder)):
      "\(file.printablePath): the folder '\(folder.printablePath)' is not writable"
    case .output(let file, .isFolder):
      "\(file.printablePath): expected the name of a file, found a folder"
    case .output(let file, .notPackage):
      "\(file.printablePath): is there, and is no Core ML package that could be replaced; choose "
        + "another name"
    case .output(let file, .notRegularFile):
      "\(file.printablePath): expected the name of a file, found a device or a pipe"
    case .output(let file, .longName(let length, let limit)):
      "\(file.printablePath): its name has \(length) bytes, and file systems take \(limit); "
        + "choose a shorter one (-o, --checkpoint)"
    case .sameFile(let file, let roles):
      "\(file.printablePath): is \(roles.joined(separator: " and ")) at once; what is written needs "
        + "a name of its own"
    case .standardOutput(let reason):
      "standard output: cannot write the result: \(reason)"
    case .foreignFormat(let file, let format):
      """
      \(file.printablePath): is \(format.name), not a model file or ONNX; export it to ONNX and import that
        \(format.conversion(of: file))
      """
    case .preset(let name, let channels):
      "--preset \(name): is for 3 channels, the network's input has \(channels); give "
        + "--preset unit, or --mean, --std and --input-scale"
    case .crop(let size, let input):
      "--crop: expected the network's input size \(input.height)×\(input.width), found \(size)"
    case .labels(let file):
      "\(file.printablePath): cannot be read as a list of class names in UTF-8"
    case .labelCount(let file, let expected, let found):
      "\(file.printablePath): --class-names: expected a name for each of the \(expected) classes, a "
        + "line each, found \(found)"
    case .metric(let metric, let file, let outputs):
      "\(file.printablePath): --metric \(metric.rawValue): expected \(metric.expected), found "
        + Self.list(outputs) + metric.remedy
    case .severalOutputs(let metric, let file, let names):
      "\(file.printablePath): --metric \(metric.rawValue) could measure \(names.count) outputs: "
        + Self.list(names) + "; choose one with --output"
    case .unknownOutput(let name, let file, let names):
      "\(file.printablePath): --output: has no '\(name.printable)', expected one of "
        + Self.list(names)
    case .device(let name, let reason):
      "--device \(name.printable): \(reason)"
    case .otherComparison(let file, let earlier, let now):
      """
      \(file.printablePath): was made by another command; choose another --output, or --restart makes all anew
        then: \(earlier)
        now:  \(now)
      """
    case .unreadableImages(let count, let all):
      "\(count) of \(all) images could not be used"
    case .otherInputs(let file, let expected, let found):
      "\(file.printablePath): --against: expected inputs of \(Self.list(expected)), as the model's, found "
        + "\(Self.list(found)); give the network that the model was made of"
    case .notBinary(let file):
      "\(file.printablePath): has no binary layers to fine-tune; make them with 'signet binarize \(file)', or "
        + "with --method; 'signet train \(file)' trains a float model further"
    case .foreignFile(let file):
      "\(file.printablePath): was made by something else and would be overwritten; choose another --output"
    }
  }

  /// The first names of several.
  private static func list(_ names: [String]) -> String {
    names.prefix(8).map(\.printable).joined(separator: ", ") + (names.count > 8 ? ", …" : "")
  }
}

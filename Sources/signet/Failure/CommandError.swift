import SignetModel

/// What only the command itself can find wrong.
enum CommandError: Error {
  /// The folder an output file should go to is missing or cannot be written.
  case output(file: String, reason: OutputDefect)
  /// A centre crop that is not what the network takes.
  case crop(CropSize, input: Shape)
  /// A file of class names that is not text.
  case labels(file: String)
  /// A file of class names with more or fewer of them than the network has classes.
  case labelCount(file: String, expected: Int, found: Int)
  /// Outputs that a measure is not for.
  case metric(Metric, file: String, outputs: [String])
  /// More than one output that a measure could be taken of.
  case severalOutputs(Metric, file: String, names: [String])
  /// An output that the model does not have.
  case unknownOutput(String, file: String, names: [String])
  /// A trained network that has to become ONNX first.
  case foreignFormat(file: String, ForeignFormat)
  /// A preset for another number of channels than the network takes.
  case preset(name: String, channels: Int)
  /// One file would be written and read, or written twice; `roles` are the options that name it.
  case sameFile(file: String, roles: [String])
  /// The result could not be printed.
  case standardOutput(reason: String)
  /// A folder of results holds a file of the same name that was not made there.
  case foreignFile(String)

  /// Images of the command line that nothing can be said of; each was named.
  case unreadableImages(count: Int, of: Int)
  /// A network that takes other inputs than the model that it is to stand beside.
  case otherInputs(file: String, expected: [String], found: [String])
  /// A model without binary layers where one with them is needed.
  case notBinary(file: String)
  /// What libtorch was to compute on is not there.
  case device(String, reason: String)
  /// A comparison's file was made by another command.
  case otherComparison(file: String, earlier: String, now: String)

  enum OutputDefect {
    case noFolder(String)
    case folderNotWritable(String)
    case isFolder
    /// Something else than a Core ML package stands where one is to be.
    case notPackage
    /// A device, a pipe or a socket.
    case notRegularFile
    /// A name of too many bytes.
    case longName(Int, limit: Int)
  }

  var status: ExitStatus {
    switch self {
    case .notBinary, .output, .foreignFile, .otherComparison, .crop, .preset, .sameFile,
      .unknownOutput:
      .wrongUsage
    case .standardOutput, .device: .failed
    case .labels, .labelCount, .otherInputs, .metric, .severalOutputs, .unreadableImages,
      .foreignFormat:
      .badInput
    }
  }
}

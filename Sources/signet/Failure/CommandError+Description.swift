extension CommandError: CustomStringConvertible {
  var description: String {
    switch self {
    case .output(let file, .noFolder(let folder)):
      "\(file): the folder '\(folder)' does not exist"
    case .output(let file, .folderNotWritable(let folder)):
      "\(file): the folder '\(folder)' is not writable"
    case .output(let file, .isFolder):
      "\(file): expected the name of a file, found a folder"
    case .output(let file, .notRegularFile):
      "\(file): expected the name of a file, found a device or a pipe"
    case .foreignFormat(let file, let format):
      """
      \(file): is \(format.name), not a model file or ONNX; export it to ONNX and import that
        \(format.conversion(of: file))
      """
    case .preset(let name, let channels):
      "--preset \(name): is for 3 channels, the network's input has \(channels); give "
        + "--preset unit, or --mean, --std and --input-scale"
    case .crop(let pixels, let input):
      "--crop: expected the network's input size \(input.height)×\(input.width), found \(pixels)"
    case .labels(let file):
      "\(file): cannot be read as a list of class names in UTF-8"
    case .otherComparison(let file, let earlier, let now):
      """
      \(file): was made by another command; choose another --output, or --restart makes all anew
        then: \(earlier)
        now:  \(now)
      """
    case .unreadableImages(let count, let all):
      "\(count) of \(all) images could not be used"
    case .notBinary(let file):
      "\(file): has no binary layers to fine-tune; make them with 'signet binarize \(file)', or "
        + "with --method; 'signet train \(file)' trains a float model further"
    case .foreignFile(let file):
      "\(file): was made by something else and would be overwritten; choose another --output"
    }
  }
}

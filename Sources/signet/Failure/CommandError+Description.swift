extension CommandError: CustomStringConvertible {
  var description: String {
    switch self {
    case .output(let file, .noFolder(let folder)):
      "\(file): the folder '\(folder)' does not exist"
    case .output(let file, .folderNotWritable(let folder)):
      "\(file): the folder '\(folder)' is not writable"
    case .output(let file, .isFolder):
      "\(file): expected the name of a file, found a folder"
    case .crop(let pixels, let input):
      "--crop: expected the network's input size \(input.height)×\(input.width), found \(pixels)"
    case .labels(let file):
      "\(file): cannot be read as a list of class names in UTF-8"
    case .foreignFile(let file):
      "\(file): was not made by the demo and would be overwritten; choose another --output"
    }
  }
}

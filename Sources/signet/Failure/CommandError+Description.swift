extension CommandError: CustomStringConvertible {
  var description: String {
    switch self {
    case .output(let file, .noFolder(let folder)):
      "\(file): the folder '\(folder)' does not exist"
    case .output(let file, .folderNotWritable(let folder)):
      "\(file): the folder '\(folder)' is not writable"
    case .output(let file, .isFolder):
      "\(file): expected the name of a file, found a folder"
    case .onnx(let file):
      "\(file): ONNX files cannot be read yet; convert its weights to safetensors and use "
        + "'signet import --arch'"
    case .foreignFile(let file):
      "\(file): was not made by the demo and would be overwritten; choose another --output"
    }
  }
}

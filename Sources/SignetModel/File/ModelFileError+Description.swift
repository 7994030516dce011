extension ModelFileError: CustomStringConvertible {
  public var description: String {
    path.isEmpty ? "\(defect)" : "\(path.printablePath): \(defect)"
  }
}

extension ModelFileError.Defect: CustomStringConvertible {
  public var description: String {
    switch self {
    case .system(let operation, let reason):
      return "cannot \(operation): \(reason)"
    case .notRegularFile:
      return "not a regular file"
    case .locked(let process):
      return (process.map { "process \($0)" } ?? "another process")
        + " is at work on it; wait for its end, or write elsewhere"
    case .truncated(let expected, let found):
      return "truncated: expected \(expected) bytes, found \(found)"
    case .headerLength(let found, let limit):
      return "not a model file: expected a header of 2 to \(limit) bytes, "
        + "found a length of \(found)"
    case .json(let part, let offset, let reason):
      return "\(part)\(offset.map { ", byte \($0)" } ?? ""): \(reason.printable)"
    case .duplicate(let name):
      return "'\(name.printable)' appears twice in the header"
    case .elementType(let tensor, let expected, let found, let suggestion):
      return
        "tensor '\(tensor.printable)': expected elements of type \(expected), found '\(found.printable)'"
        + (suggestion.map { "; did you mean '\($0.printable)'?" } ?? "")
    case .extents(let tensor, let found):
      return "tensor '\(tensor.printable)': a shape of \(Shape(found)) has too many elements"
    case .tensorSize(let tensor, let expected, let found):
      return
        "tensor '\(tensor.printable)': its shape needs \(expected) bytes, its offsets span \(found)"
    case .offset(let tensor, let expected, let found):
      return "tensor '\(tensor.printable)': expected to start at byte \(expected) of the data, "
        + "found \(found)"
    case .trailingBytes(let count):
      return "\(count) bytes after the last tensor belong to none"
    case .notModel(let missing):
      return
        "a safetensors file, but not a Signet model: its metadata has no '\(missing.printable)'"
    case .version(let found, let supported):
      return Int(found).map { $0 > supported } == true
        ? "format version \(found) is newer than this Signet reads (\(supported))"
        : "unknown format version '\(found.printable)', expected \(supported)"
    case .checksum(let expected, let found):
      return "damaged: expected checksum \(expected), found \(found)"
    case .value(let tensor, let index, let expected, let found):
      return "tensor '\(tensor.printable)', element \(index): expected \(expected), found \(found)"
    case .weight(let tensor, let error):
      return "tensor '\(tensor.printable)': \(error)"
    case .graph(let error):
      return "\(error)"
    case .model(let error):
      return "\(error)"
    }
  }
}

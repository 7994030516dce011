extension ONNXError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unreadable(let file, let reason):
      return "\(file): cannot be read: \(reason)"
    case .malformed(let file, let reason):
      return "\(file): not an ONNX model: \(reason)"
    case .operatorSet(let file, let expected, let found):
      return "\(file): operator set: expected \(expected), found \(found)"
    case .tensor(let file, let tensor, let expected, let found):
      return "\(file): tensor '\(tensor)': expected \(expected), found \(found)"
    case .externalData(let file, let tensor, let location, let reason):
      return "\(file): tensor '\(tensor)': its data file '\(location)' \(reason)"
    case .interface(let file, let expected, let found):
      return "\(file): expected \(expected), found \(found)"
    case .unsupported(let file, let problems):
      let lines = problems.map { "\n  \($0)" }.joined()
      return "\(file): \(problems.count) node\(problems.count == 1 ? "" : "s") cannot be taken:"
        + lines
    case .graph(let file, let error):
      return "\(file): \(error)"
    case .model(let file, let error):
      return "\(file): \(error)"
    case .unwritable(let file, let reason):
      return "\(file): cannot be written: \(reason)"
    }
  }
}

extension ONNXError.Problem: CustomStringConvertible {
  public var description: String {
    let place = attribute.map { ": \($0)" } ?? ""
    return "\(self.operator) '\(node)'\(place): expected \(expected), found \(found)"
  }
}

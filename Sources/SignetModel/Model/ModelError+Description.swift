extension ModelError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .tensors(let defects):
      let lines = defects.map { "\n  \($0)" }.joined()
      return "\(defects.count) tensor\(defects.count == 1 ? " does" : "s do") not fit the network:"
        + lines
    case .preprocessing(let defect):
      return "preprocessing: \(defect)"
    case .labels(let expected, let found):
      return "class names: expected \(expected), found \(found)"
    }
  }
}

extension ModelError.TensorDefect: CustomStringConvertible {
  public var description: String {
    switch self {
    case .missing(let name, let shape, let suggestion):
      return "\(name.printable): missing, expected \(Shape(shape))" + rendered(suggestion)
    case .shape(let name, let expected, let found):
      return "\(name.printable): expected \(Shape(expected)), found \(Shape(found))"
    case .unexpected(let name, let suggestion):
      return "\(name.printable): no layer has this tensor" + rendered(suggestion)
    case .binary(let name):
      return "\(name.printable): only weights of convolutions and linear layers can be codes"
    }
  }

  private func rendered(_ suggestion: String?) -> String {
    suggestion.map { "; did you mean '\($0.printable)'?" } ?? ""
  }
}

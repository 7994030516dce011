extension CompactionError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .weight(let tensor, let error): "tensor '\(tensor)': \(error)"
    case .graph(let error): "\(error)"
    case .model(let error): "\(error)"
    }
  }
}

/// What a map's numbers say of a place.
public enum MapContent: String, Sendable, Hashable, Codable {
  /// Numbers of any range, such as scores before softmax or the values of a picture.
  case numbers
  /// Numbers of 0 to 1.
  case probabilities
  /// Numbers of classes: the network chooses the class itself.
  case classNumbers
}

extension Model {
  /// As somebody said or, where nobody did, as the operation suggests that computes the output.
  public func mapContent(of output: GraphOutput) -> MapContent {
    let operation = graph.maker(of: output.value, beneath: \.keepsKindOfNumbers)?.operation
    if case .argExtreme = operation { return .classNumbers }
    switch declaredOutputKind {
    case .probabilities: return .probabilities
    case .scores: return .numbers
    case .map, .values, nil: break
    }
    switch operation {
    case .softmax, .activation(.sigmoid), .activation(.hardSigmoid),
      .activation(.clip(minimum: 0, maximum: 1)):
      return .probabilities
    default:
      return .numbers
    }
  }
}

extension NodeOperation {
  /// Whether what comes out is of the kind that goes in, elsewhere.
  fileprivate var keepsKindOfNumbers: Bool {
    switch self {
    case .resize, .gridSample, .slice, .region, .selection, .transpose: true
    default: onlyArranges
    }
  }
}

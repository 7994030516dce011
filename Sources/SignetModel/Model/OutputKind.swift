/// What the numbers of a network's output are.
public enum OutputKind: String, Sendable, Hashable, Codable, CaseIterable {
  /// One score per class, before softmax.
  case scores
  /// One probability per class: the network ends in a softmax.
  case probabilities
  /// A number per channel and place of an image.
  case map
  /// Numbers that are none of these, such as coordinates.
  case values

  /// Whether there is a number per class.
  public var isOfClasses: Bool { self == .scores || self == .probabilities }
}

extension Model {
  /// As the model says or, where it does not, as its graph and its class names suggest.
  public var outputKind: OutputKind {
    declaredOutputKind ?? graph.outputKind(hasClassNames: !labels.isEmpty)
  }
}

extension Graph {
  /// A guess: two or more numbers in a vector are class scores, unless a softmax made them or an
  /// activation bounds them and nobody names the classes.
  func outputKind(hasClassNames: Bool) -> OutputKind {
    let shape = outputShape
    guard shape.height * shape.width == 1, shape.elementCount > 1 else {
      return shape.height > 1 && shape.width > 1 ? .map : .values
    }
    switch outputMaker?.operation {
    case .softmax: return .probabilities
    case .activation where !hasClassNames: return .values
    default: return .scores
    }
  }

  /// The node that computes the output's numbers, beneath those that only arrange them.
  private var outputMaker: Node? {
    let makers = Dictionary(nodes.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    var maker = makers[output]
    while let node = maker, node.operation.onlyArranges, let input = node.inputs.first {
      maker = makers[input]
    }
    return maker
  }

  /// The value whose softmax along the classes the output is, if nothing else happens to it.
  package var scoresBeforeSoftmax: String? {
    guard case .softmax(axis: 0)? = outputMaker?.operation, let maker = outputMaker,
      outputShape.elementCount == shapes[maker.name]?.channels, let input = maker.inputs.first,
      input != Self.inputName
    else { return nil }
    return input
  }
}

extension Operation {
  /// Whether the same numbers come out in the same order.
  fileprivate var onlyArranges: Bool {
    switch self {
    case .flatten, .reshape, .dropout: true
    default: false
    }
  }
}

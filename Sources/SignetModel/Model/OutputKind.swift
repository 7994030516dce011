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
  /// Of the first output: as the model says or, where it does not, as its graph and its class names
  /// suggest.
  public var outputKind: OutputKind { outputKind(of: graph.outputs[0]) }

  /// Of each output.
  public var outputKinds: [OutputKind] { graph.outputs.map(outputKind(of:)) }

  /// As the model says or, where it does not, as its graph and its class names suggest.
  public func outputKind(of output: GraphOutput) -> OutputKind {
    let hasClassNames = labels.count == graph.shape(of: output).elementCount
    return declaredOutputKind ?? graph.outputKind(of: output, hasClassNames: hasClassNames)
  }
}

extension Graph {
  /// A guess: two or more numbers in a vector are class scores, unless a softmax made them, or an
  /// activation bounds them, or they are one output of several, and nobody names the classes.
  func outputKind(of output: GraphOutput, hasClassNames: Bool) -> OutputKind {
    let shape = shape(of: output)
    guard shape.height * shape.width == 1, shape.elementCount > 1 else {
      return (shape.height > 1 && shape.width > 1) || shape.isChannelsLastMap ? .map : .values
    }
    switch maker(of: output.value)?.operation {
    case .softmax: return .probabilities
    case .activation where !hasClassNames: return .values
    case _ where outputs.count > 1 && !hasClassNames: return .values
    default: return .scores
    }
  }

  /// The node that computes the output's numbers, beneath those that only arrange them.
  ///
  /// - Parameter isPassed: which nodes are looked beneath
  func maker(
    of value: String, beneath isPassed: (NodeOperation) -> Bool = { $0.onlyArranges }
  ) -> Node? {
    var maker = node(named: value)
    while let node = maker, isPassed(node.operation), let input = node.inputs.first {
      maker = self.node(named: input)
    }
    return maker
  }

  /// The value whose softmax along the classes an output is, if nothing else happens to it.
  package func scoresBeforeSoftmax(of output: GraphOutput) -> String? {
    guard let maker = maker(of: output.value), case .softmax(axis: 0) = maker.operation,
      shape(of: output).elementCount == shapes[maker.name]?.channels,
      let input = maker.inputs.first, !isInput(input)
    else { return nil }
    return input
  }
}

extension NodeOperation {
  /// Whether the same numbers come out in the same order.
  var onlyArranges: Bool {
    switch self {
    case .flatten, .reshape, .dropout: true
    default: false
    }
  }
}

extension NodeOperation {
  /// Whether a layer adds a number per filter.
  package var hasBias: Bool {
    switch self {
    case .convolution(let attributes): attributes.hasBias
    case .linear(let attributes): attributes.hasBias
    default: false
    }
  }

  /// The same layer with a bias.
  package var withBias: NodeOperation { with(bias: true) }

  /// The same layer without one.
  package var withoutBias: NodeOperation { with(bias: false) }

  private func with(bias: Bool) -> NodeOperation {
    switch self {
    case .convolution(var attributes):
      attributes.hasBias = bias
      return .convolution(attributes)
    case .linear(var attributes):
      attributes.hasBias = bias
      return .linear(attributes)
    default:
      return self
    }
  }
}

/// The part a trained tensor plays in its node; the tensor's name is `<node>.<role>`.
public enum ParameterRole: String, Sendable, Hashable, CaseIterable {
  /// A convolution's filters, a linear layer's matrix, a factor.
  case weight
  /// What is added.
  case bias
  /// Batch norm's mean per channel.
  case runningMean = "running_mean"
  /// Batch norm's variance per channel.
  case runningVariance = "running_var"
}

extension NodeOperation {
  /// The tensors this operation needs and their shapes.
  public var parameters: [(role: ParameterRole, shape: [Int])] {
    switch self {
    case .convolution(let attributes):
      let inputs = attributes.groups > 0 ? attributes.inputChannels / attributes.groups : 0
      let weight = [
        attributes.outputChannels, inputs, attributes.kernel.height, attributes.kernel.width,
      ]
      return weightAndBias(weight, hasBias: attributes.hasBias)
    case .linear(let attributes):
      return weightAndBias([attributes.outputs, attributes.inputs], hasBias: attributes.hasBias)
    case .batchNorm(let attributes):
      return [.weight, .bias, .runningMean, .runningVariance].map { ($0, [attributes.channels]) }
    case .prelu(let shape), .constant(let shape):
      return [(.weight, shape.extents)]
    case .affine(let attributes):
      let shape = attributes.shape.extents
      return (attributes.hasWeight ? [(.weight, shape)] : [])
        + (attributes.hasBias ? [(.bias, shape)] : [])
    default:
      return []
    }
  }

  private func weightAndBias(
    _ weight: [Int], hasBias: Bool
  ) -> [(role: ParameterRole, shape: [Int])] {
    hasBias ? [(.weight, weight), (.bias, [weight[0]])] : [(.weight, weight)]
  }

  /// Whether the operation is an inner product of patches and filters, so that its weights can be
  /// hashed to codes.
  public var isBinarizable: Bool {
    switch self {
    case .convolution, .linear: true
    default: false
    }
  }
}

/// Batch norm as `y = scale · x + offset` per channel, in double precision:
/// `scale = γ / √(σ² + ε)`, `offset = β − scale · μ`.
package struct BatchNormFold {
  /// channels
  package let scale: [Double]
  /// channels
  package let offset: [Double]

  /// `nil` if the node is no batch norm or a tensor of it is missing.
  package init?(_ node: Node, weights: [String: Weight]) {
    func numbers(_ role: ParameterRole) -> [Double]? {
      weights[node.parameterName(role)]?.floats.map(Double.init)
    }
    guard case .batchNorm(let attributes) = node.operation, let gain = numbers(.weight),
      let variance = numbers(.runningVariance), let mean = numbers(.runningMean),
      let shift = numbers(.bias)
    else { return nil }
    let epsilon = Double(attributes.epsilon)
    let scale = zip(gain, variance).map { $0 / ($1 + epsilon).squareRoot() }
    self.scale = scale
    offset = zip(shift, zip(scale, mean)).map { $0 - $1.0 * $1.1 }
  }

  /// What a layer with this bias and the norm behind it add to the layer's scaled products.
  ///
  /// - Parameter bias: channels
  package func offset(behind bias: [Double]) -> [Double] {
    zip(bias, zip(scale, offset)).map { $0 * $1.0 + $1.1 }
  }
}

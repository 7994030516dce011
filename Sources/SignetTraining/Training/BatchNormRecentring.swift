import SignetModel

extension [String: Weight] {
  /// Gives a batch norm other statistics and takes back, by its weight and bias, what they change:
  /// y = γ (x − μ) / √(σ² + ε) + β stays what it is.
  ///
  /// A hashed network comes with the float network's statistics. Training looks at those of its own
  /// batches, and the first step would move every output to where no later layer was made for.
  ///
  /// - Parameter seen: of what the norm reads: μ and σ² from now on
  mutating func recentre(_ node: Node, _ norm: BatchNorm, on seen: ChannelStatistics) throws {
    func values(_ role: ParameterRole, default value: Float) -> [Float] {
      self[node.parameterName(role)]?.floats ?? [Float](repeating: value, count: norm.channels)
    }
    let (mean, variance) = (values(.runningMean, default: 0), values(.runningVariance, default: 1))
    var (weight, bias) = (values(.weight, default: 1), values(.bias, default: 0))
    guard seen.mean.count == norm.channels else { return }
    let epsilon = Double(norm.epsilon)
    for channel in 0..<norm.channels {
      let gain = Double(weight[channel]) / (Double(variance[channel]) + epsilon).squareRoot()
      weight[channel] = Float(gain * (seen.variance[channel] + epsilon).squareRoot())
      bias[channel] += Float(gain * (seen.mean[channel] - Double(mean[channel])))
    }
    let parameters: [(ParameterRole, [Float])] = [
      (.weight, weight), (.bias, bias), (.runningMean, seen.mean.map(Float.init)),
      (.runningVariance, seen.variance.map(Float.init)),
    ]
    for (role, values) in parameters {
      self[node.parameterName(role)] = try Weight(shape: [norm.channels], values: values)
    }
  }
}

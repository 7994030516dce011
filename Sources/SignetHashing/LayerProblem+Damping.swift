extension LayerProblem {
  /// The problem with λ·mean(diag G)·‖w − αb‖² added to each filter's objective.
  ///
  /// Where patches are few, G leaves directions open in which codes may wander off; the ridge ties
  /// them to the float weights (method.md, equation 10). The objective and the energy then include
  /// the ridge's part.
  ///
  /// - Parameter lambda: λ ≥ 0, relative to the mean diagonal element of G.
  /// - Throws: ``HashingError/invalidOption(name:value:allowed:)``.
  public func damped(by lambda: Float) throws(HashingError) -> LayerProblem {
    guard lambda >= 0, lambda.isFinite else {
      throw .invalidOption(name: "damping", value: "\(lambda)", allowed: "0 or more")
    }
    let size = patchLength
    let trace = (0..<size).reduce(0.0) { $0 + Double(gram[$1 * size + $1]) }
    let ridge = Double(lambda) * trace / Double(size)
    var dampedGram = gram
    for input in 0..<size { dampedGram[input * size + input] += Float(ridge) }
    let dampedCorrelation = zip(correlation, weights).map { $0 + Float(ridge) * $1 }
    let dampedEnergy = (0..<filterCount).map { filter in
      energy[filter]
        + ridge * weights(ofFilter: filter).reduce(0.0) { $0 + Double($1) * Double($1) }
    }
    return try LayerProblem(
      patchLength: size, filterCount: filterCount, gram: dampedGram,
      correlation: dampedCorrelation, weights: weights, energy: dampedEnergy)
  }
}

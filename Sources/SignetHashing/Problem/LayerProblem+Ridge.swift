extension LayerProblem {
  /// The problem with λ·mean(diag G)·‖w − αb‖² added to each filter's objective.
  ///
  /// Where patches are few, G leaves directions open in which codes may wander off; the ridge ties
  /// them to the float weights (method.md, equation 10). The objective and the energy then include
  /// the ridge's part.
  ///
  /// - Parameter lambda: λ ≥ 0, relative to the mean diagonal element of G.
  /// - Throws: ``HashingError/invalidOption(name:value:allowed:)``.
  public func withRidge(_ lambda: Float) throws(HashingError) -> LayerProblem {
    guard lambda >= 0, lambda.isFinite else {
      throw .invalidOption(name: "ridge", value: "\(lambda)", allowed: "0 or more")
    }
    let size = patchLength
    let trace = (0..<size).reduce(0.0) { $0 + Double(gram[$1 * size + $1]) }
    let added = Double(lambda) * trace / Double(size)
    var ridgedGram = gram
    for input in 0..<size { ridgedGram[input * size + input] += Float(added) }
    let ridgedCorrelation = zip(correlation, weights).map { $0 + Float(added) * $1 }
    let ridgedEnergy = (0..<filterCount).map { filter in
      energy[filter]
        + added * weights(ofFilter: filter).reduce(0.0) { $0 + Double($1) * Double($1) }
    }
    return try LayerProblem(
      patchLength: size, filterCount: filterCount, gram: ridgedGram,
      correlation: ridgedCorrelation, weights: weights, energy: ridgedEnergy)
  }
}

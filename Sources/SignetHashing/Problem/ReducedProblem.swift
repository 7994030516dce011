/// A layer problem in which inputs carry factors and each filter has a constant that is fitted anew for
/// whatever codes it is given (method.md, equations 18 and 19): what is left for the codes is a
/// problem like any other.
struct ReducedProblem {
  let problem: LayerProblem
  /// `nil` where constants are not fitted, or change no output.
  private let constant: ConstantFit?

  /// - Parameters:
  ///   - inputScales: c of each input, S; `nil`: 1
  ///   - constants: whether filters have a constant
  init(
    _ whole: LayerProblem, inputScales: [Float]?, constants: Bool
  ) throws(HashingError) {
    let scaled = try inputScales.map { (scales) throws(HashingError) in
      try whole.scalingInputs(by: scales)
    }
    let problem = scaled ?? whole
    let fit = constants ? ConstantFit(problem) : nil
    constant = fit
    self.problem =
      try fit.map { (fit) throws(HashingError) in try fit.taken(from: problem) } ?? problem
  }

  /// β of each filter beside these codes: N; zeros where constants are not fitted.
  ///
  /// - Parameter estimate: Σ_k α_k b_k, N × S
  func constants(beside estimate: [Float]) -> [Float] {
    constant?.constants(beside: estimate)
      ?? [Float](repeating: 0, count: problem.filterCount)
  }
}

extension LayerProblem {
  /// The problem whose weights are multiplied by `scales` before they meet the inputs: DGD and Dq,
  /// with weights that stand for the same ones.
  ///
  /// - Parameter scales: the diagonal of D, positive, S
  fileprivate func scalingInputs(by scales: [Float]) throws(HashingError) -> LayerProblem {
    let size = patchLength
    var (gram, correlation, weights) = (gram, correlation, weights)
    gram.withUnsafeMutableBufferPointer { gram in
      for row in 0..<size {
        for column in 0..<size { gram[row * size + column] *= scales[row] * scales[column] }
      }
    }
    correlation.withUnsafeMutableBufferPointer { correlation in
      for row in stride(from: 0, to: correlation.count, by: size) {
        for input in 0..<size { correlation[row + input] *= scales[input] }
      }
    }
    weights.withUnsafeMutableBufferPointer { weights in
      for row in stride(from: 0, to: weights.count, by: size) {
        for input in 0..<size { weights[row + input] /= scales[input] }
      }
    }
    return try LayerProblem(
      patchLength: size, filterCount: filterCount, gram: gram, correlation: correlation,
      weights: weights, energy: energy)
  }
}

/// Codes and scales that depend on the weights alone: sign and mean magnitude, and for further
/// codes the same of what the weights still miss (method.md, equation 4).
package struct StartingCodes {
  /// K × S, −1 or +1.
  package var codes: [[Double]]
  /// K.
  package var scales: [Double]

  package init(weights: ArraySlice<Float>, count: Int) {
    var rest = weights.map(Double.init)
    codes = []
    scales = []
    for _ in 0..<count {
      let code = rest.map { $0 < 0 ? -1.0 : 1.0 }
      let scale = rest.reduce(0) { $0 + abs($1) } / Double(rest.count)
      for index in rest.indices { rest[index] -= scale * code[index] }
      codes.append(code)
      scales.append(scale)
    }
  }
}

extension LayerProblem {
  /// Row `filter` of the weights.
  package func weights(ofFilter filter: Int) -> ArraySlice<Float> {
    weights[filter * patchLength..<(filter + 1) * patchLength]
  }

  /// Whether an input never varies: its row of G is zero, so its code changes nothing.
  package func isDead(_ input: Int) -> Bool {
    gram[input * patchLength + input] <= 0
  }
}

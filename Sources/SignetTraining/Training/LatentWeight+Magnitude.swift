import SignetModel

/// How large latent weights are. Only their signs count, but a step of the optimiser has the size of
/// the learning rate whatever the weights are, and a folded batch norm left each filter a magnitude
/// of its own.
extension LatentWeight {
  /// The root mean square that He et al. (2015, eq. 10) give a filter of so many inputs, which
  /// learning rates are made for; trained weights in front of batch norms stay near it.
  static func usualMagnitude(patchLength: Int) -> Float {
    (2 / Float(max(1, patchLength))).squareRoot()
  }

  static func rootMeanSquare(_ values: ArraySlice<Float>) -> Float {
    guard !values.isEmpty else { return 0 }
    let sum = values.reduce(0.0) { $0 + Double($1) * Double($1) }
    return Float((sum / Double(values.count)).squareRoot())
  }

  /// Brings each filter to the usual magnitude; of several codes the first, and the others by the
  /// same factor.
  ///
  /// - Parameter latents: K × N × S
  static func normalize(_ latents: inout [Float], codes: BinaryCodes) {
    let length = codes.patchLength
    let usual = usualMagnitude(patchLength: length)
    for filter in 0..<codes.filterCount {
      let magnitude = rootMeanSquare(latents[filter * length..<(filter + 1) * length])
      guard magnitude > 0 else { continue }
      let factor = usual / magnitude
      for code in 0..<codes.codeCount {
        let row = (code * codes.filterCount + filter) * length
        for element in row..<row + length { latents[element] *= factor }
      }
    }
  }
}

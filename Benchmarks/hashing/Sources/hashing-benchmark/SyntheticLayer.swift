import SignetHashing

/// A layer with inputs like those behind a rectifier: non-negative, correlated, half of them zero.
struct SyntheticLayer {
  let problem: LayerProblem
  let gramSeconds: Double
  let gramFlops: Double

  init(patchLength: Int, filterCount: Int, patchCount: Int, threads: Int) throws {
    var generator = SplitMix(state: 20_18)
    let weights = (0..<patchLength * filterCount).map { _ in generator.normal() }
    let factors = 24
    let mixing = (0..<factors * patchLength).map { _ in generator.normal() * 0.25 }
    var patches = [Float](repeating: 0, count: patchCount * patchLength)
    for patch in 0..<patchCount {
      let common = (0..<factors).map { _ in generator.normal() }
      for input in 0..<patchLength {
        var value = generator.normal()
        for factor in 0..<factors { value += common[factor] * mixing[factor * patchLength + input] }
        patches[patch * patchLength + input] = max(0, value)
      }
    }
    let products = KernelProducts(kernels: try Kernels.chosen(), threads: threads)
    var gram = [Float](repeating: 0, count: patchLength * patchLength)
    let clock = ContinuousClock()
    gramSeconds =
      clock.measure {
        products.symmetricRankK(patches, count: patchCount, size: patchLength, into: &gram)
      }.seconds
    gramFlops = Double(patchCount) * Double(patchLength) * Double(patchLength + 1)
    // The symmetric problem: q = Gw, energy = wᵀGw.
    var transposed = [Float](repeating: 0, count: weights.count)
    for filter in 0..<filterCount {
      for input in 0..<patchLength {
        transposed[input * filterCount + filter] = weights[filter * patchLength + input]
      }
    }
    var correlation = [Float](repeating: 0, count: weights.count)
    products.multiplyTransposed(
      transposed, gram, depth: patchLength, rows: filterCount, columns: patchLength,
      into: &correlation)
    let energy = (0..<filterCount).map { filter in
      (0..<patchLength).reduce(0.0) {
        $0 + Double(weights[filter * patchLength + $1])
          * Double(correlation[filter * patchLength + $1])
      }
    }
    problem = try LayerProblem(
      patchLength: patchLength, filterCount: filterCount, gram: gram, correlation: correlation,
      weights: weights, energy: energy)
  }
}

extension Duration {
  var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}

struct SplitMix {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }

  /// Roughly normal: four uniform numbers from one word, scaled to unit variance.
  mutating func normal() -> Float {
    let word = next()
    let sum = (0..<4).reduce(Float(0)) { $0 + Float((word >> (16 * UInt64($1))) & 0xFFFF) }
    return (sum / 65535 - 2) * Float(3).squareRoot()
  }
}

import SignetHashing

/// A small generator with a seed, so that a failing problem can be made again.
struct Generator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }

  /// Roughly normal: the sum of twelve uniform numbers, less its mean.
  mutating func normal() -> Float {
    var sum: Float = -6
    for _ in 0..<12 { sum += Float.random(in: 0..<1, using: &self) }
    return sum
  }

  mutating func normals(_ count: Int) -> [Float] { (0..<count).map { _ in normal() } }
}

/// A layer with random inputs, kept so that objectives can be computed directly from them.
struct RandomLayer {
  let patchLength: Int
  let filterCount: Int
  let patchCount: Int
  let patches: [Float]  // M × S: X̃ᵀ
  let weights: [Float]  // N × S
  let outputs: [Float]  // M × N: Y = Xᵀw

  /// Inputs share a common part, as neighbouring activations do; `drift` makes X̃ differ from X.
  init(
    seed: UInt64, patchLength: Int, filterCount: Int, patchCount: Int? = nil, drift: Float = 0,
    mean: Float = 0, weightFactor: (_ input: Int) -> Float = { _ in 1 }
  ) {
    var generator = Generator(seed: seed)
    let count = patchCount ?? 2 * patchLength + 8
    self.patchLength = patchLength
    self.filterCount = filterCount
    self.patchCount = count
    let normals = generator.normals(filterCount * patchLength)
    weights = normals.indices.map { normals[$0] * weightFactor($0 % patchLength) }
    var inputs: [Float] = []
    var drifted: [Float] = []
    for _ in 0..<count {
      let common = generator.normal()
      for _ in 0..<patchLength {
        let input = generator.normal() + 0.7 * common + mean
        inputs.append(input)
        drifted.append(input + drift * generator.normal())
      }
    }
    patches = drifted
    var outputs: [Float] = []
    for patch in 0..<count {
      for filter in 0..<filterCount {
        var sum: Float = 0
        for input in 0..<patchLength {
          sum += inputs[patch * patchLength + input] * weights[filter * patchLength + input]
        }
        outputs.append(sum)
      }
    }
    self.outputs = outputs
  }

  func sums() throws -> CalibrationSums {
    var sums = try CalibrationSums(patchLength: patchLength, filterCount: filterCount)
    try sums.add(
      patches: patches, outputs: outputs,
      products: KernelProducts(kernels: Kernels.chosen(), threads: 1))
    return sums
  }

  func problem(centred: Bool = false, ridge: Float = 0) throws -> LayerProblem {
    try sums().problem(weights: weights, centred: centred, ridge: ridge)
  }

  /// ‖y − X̃ᵀŵ − offset‖² per filter, straight from the patches: N.
  func objective(_ solution: LayerSolution, offsets: [Float]? = nil) -> [Double] {
    let estimate = solution.estimate
    return (0..<filterCount).map { filter in
      var total = 0.0
      for patch in 0..<patchCount {
        var rest = Double(outputs[patch * filterCount + filter]) - Double(offsets?[filter] ?? 0)
        for input in 0..<patchLength {
          rest -=
            Double(estimate[filter * patchLength + input])
            * Double(patches[patch * patchLength + input])
        }
        total += rest * rest
      }
      return total
    }
  }
}

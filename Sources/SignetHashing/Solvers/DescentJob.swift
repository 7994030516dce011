import CSignetKernels

/// One call of the fast solver, for some filters of a layer.
struct DescentJob {
  let problem: PaddedProblem
  let feedback: SharedFeedback
  let options: HashingOptions
  let kernels: Kernels
  let products: KernelProducts
  let state: CodeState

  init(
    _ problem: PaddedProblem, options: HashingOptions, kernels: Kernels, feedback: SharedFeedback
  ) {
    self.problem = problem
    self.feedback = feedback
    self.options = options
    self.kernels = kernels
    products = KernelProducts(kernels: kernels, threads: options.threads)
    state = CodeState(
      codeCount: options.codes, filterCount: problem.filterCount, stride: problem.stride)
  }

  /// From sign(w) and mean|w| through `improve`, which changes the state in place.
  func run(_ improve: (CodeState) -> Void) -> LayerSolution {
    startFromSigns()
    let initialObjective = signObjective()
    evaluate(state)
    improve(state)
    restoreDeadInputs(state)
    return solution(initialObjective)
  }

  /// What the options ask for.
  func run() -> LayerSolution {
    run { state in
      guard options.sweeps > 0 else { return }
      descend(state)
      settle(state)
      if options.effort >= .starts { improveByErrorFeedback(state) }
      if options.effort >= .starts, options.codes > 1 {
        improveBySearch(state, kicks: 0, round: 0)
      }
      if options.effort >= .search { improveBySearch(state, kicks: kickCount, round: 0) }
      if options.effort >= .longSearch { improveBySearch(state, kicks: 10 * kickCount, round: 1) }
    }
  }

  private func improveByErrorFeedback(_ state: CodeState) {
    guard let candidate = errorFeedback(scalesOf: state) else { return }
    descend(candidate)
    settle(candidate)
    keepBetter(candidate, in: state)
  }

  private func improveBySearch(_ state: CodeState, kicks: Int, round: UInt64) {
    let candidate = copy(state)
    search(candidate, kicks: kicks, round: round)
    settle(candidate)
    keepBetter(candidate, in: state)
  }

  /// b = sign(w), α = mean|w|, and the same of the rest for further codes.
  private func startFromSigns() {
    let size = problem.size
    forEach(count: problem.filterCount, threads: options.threads) { filter in
      let start = StartingCodes(
        weights: problem.weights(ofFilter: filter), count: options.codes)
      for code in 0..<options.codes {
        let target = state.code(code, filter)
        for input in 0..<size { target[input] = start.codes[code][input] < 0 ? -1 : 1 }
        state.setScale(code, filter, Float(start.scales[code]))
      }
    }
    multiplyCodes(state)
  }

  /// h = G b for every filter of these codes, all of them unless told, by one matrix product.
  func multiplyCodes(_ state: CodeState, codes: Range<Int>? = nil) {
    let range = codes ?? 0..<state.codeCount
    let rows = range.count * state.filterCount
    let stride = problem.stride
    let from = state.code(range.lowerBound, 0)
    let signs = AlignedBuffer<Float>(uninitialized: rows * stride)
    forEach(count: rows, threads: options.threads) { row in
      for index in row * stride..<(row + 1) * stride {
        signs.base[index] = Float(from[index])
      }
    }
    products.multiply(
      .init(signs.base, rowStride: stride), .init(problem.gram, rowStride: stride), rows: rows,
      columns: stride, depth: stride, into: state.product(range.lowerBound, 0), stride: stride)
  }

  /// The objective of the first code with its starting scale.
  private func signObjective() -> [Double] {
    (0..<problem.filterCount).map { filter in
      let (matrix, right) = state.normalEquations(filter, of: problem, kernels: kernels)
      return layerObjective(
        energy: problem.energy(ofFilter: filter), matrix: [matrix[0]], right: [right[0]],
        scales: [Double(state.scale(0, filter))])
    }
  }

  /// Writes the objective of every filter from its codes, scales and products.
  func evaluate(_ state: CodeState) {
    forEach(count: state.filterCount, threads: options.threads) { filter in
      let (matrix, right) = state.normalEquations(filter, of: problem, kernels: kernels)
      state.objective[filter] = layerObjective(
        energy: problem.energy(ofFilter: filter), matrix: matrix, right: right,
        scales: (0..<state.codeCount).map { Double(state.scale($0, filter)) })
    }
  }

  /// A dead input's code changes no output; it keeps the sign of its weight.
  private func restoreDeadInputs(_ state: CodeState) {
    let dead = (0..<problem.size).filter { problem.diagonal[$0] <= 0 }
    guard !dead.isEmpty else { return }
    for filter in 0..<problem.filterCount {
      let start = StartingCodes(
        weights: problem.weights(ofFilter: filter), count: options.codes)
      for code in 0..<options.codes {
        for input in dead {
          state.code(code, filter)[input] = start.codes[code][input] < 0 ? -1 : 1
        }
      }
    }
  }

  private func solution(_ initialObjective: [Double]) -> LayerSolution {
    let size = problem.size
    let rows = options.codes * problem.filterCount
    let codes = [Int8](unsafeUninitializedCapacity: rows * size) { buffer, count in
      for row in 0..<rows {
        for input in 0..<size {
          buffer.initializeElement(
            at: row * size + input, to: state.codes[row * problem.stride + input])
        }
      }
      count = rows * size
    }
    return LayerSolution(
      patchLength: size, filterCount: problem.filterCount, codeCount: options.codes, codes: codes,
      scales: (0..<rows).map { state.scales[$0] },
      initialObjective: initialObjective,
      objective: (0..<problem.filterCount).map { state.objective[$0] },
      energy: (0..<problem.filterCount).map(problem.energy(ofFilter:)),
      flips: (0..<problem.filterCount).reduce(0) { $0 + state.flips[$1] },
      sweeps: (0..<problem.filterCount).map { state.sweeps[$0] }.max() ?? 0)
  }
}

extension DescentJob {
  /// Codes by error-feedback rounding with another solution's scales, one code after the other;
  /// nil where G has no usable factor.
  func errorFeedback(scalesOf other: CodeState) -> CodeState? {
    guard let feedback = feedback.value else { return nil }
    let state = CodeState(
      codeCount: options.codes, filterCount: problem.filterCount, stride: problem.stride)
    let count = problem.filterCount * problem.stride
    let target = AlignedBuffer<Float>(uninitialized: count)
    target.base.initialize(from: problem.correlation, count: count)
    for row in 0..<options.codes * problem.filterCount { state.scales[row] = other.scales[row] }
    for code in 0..<options.codes {
      feedback.round(
        target: target.base, scales: state.scales.base + code * problem.filterCount,
        filterCount: problem.filterCount, into: state.code(code, 0))
      multiplyCodes(state, codes: code..<code + 1)
      forEach(count: problem.filterCount, threads: options.threads) { filter in
        let scale = state.scale(code, filter)
        let product = state.product(code, filter)
        let row = target.base + filter * problem.stride
        for input in 0..<problem.stride { row[input] -= scale * product[input] }
      }
    }
    evaluate(state)
    return state
  }

  /// Takes over every filter of `candidate` that has a lower objective.
  func keepBetter(_ candidate: CodeState, in state: CodeState) {
    let stride = problem.stride
    for filter in 0..<problem.filterCount {
      state.flips[filter] += candidate.flips[filter]
      state.sweeps[filter] = max(state.sweeps[filter], candidate.sweeps[filter])
      guard candidate.objective[filter] < state.objective[filter] else { continue }
      state.objective[filter] = candidate.objective[filter]
      for code in 0..<state.codeCount {
        state.code(code, filter).update(from: candidate.code(code, filter), count: stride)
        state.product(code, filter).update(from: candidate.product(code, filter), count: stride)
        state.setScale(code, filter, candidate.scale(code, filter))
      }
    }
  }

  /// A copy to work on, whose counts of flips and sweeps start at zero.
  func copy(_ state: CodeState) -> CodeState {
    let copy = CodeState(
      codeCount: state.codeCount, filterCount: state.filterCount, stride: state.stride)
    copy.codes.base.update(from: state.codes.base, count: state.codes.count)
    copy.products.base.update(from: state.products.base, count: state.products.count)
    copy.scales.base.update(from: state.scales.base, count: state.scales.count)
    copy.objective.base.update(from: state.objective.base, count: state.objective.count)
    return copy
  }

  /// Forms h anew, fits the scales to it and takes the objective from both: what rounding let
  /// drift while codes flipped is gone, and solutions compare on equal terms.
  func settle(_ state: CodeState) {
    multiplyCodes(state)
    evaluate(state)
    forEach(count: problem.filterCount, threads: options.threads) { refitScales(state, $0) }
  }
}

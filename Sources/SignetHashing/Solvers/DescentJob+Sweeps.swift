import CSignetKernels

extension DescentJob {
  /// Filters whose h share the second-level cache with one panel of G.
  static var blockBytes: Int { 1 << 20 }

  /// Cyclic coordinate descent of every filter from the state's codes and scales.
  func descend(_ state: CodeState) {
    let fitting = max(8, DescentJob.blockBytes / (problem.stride * MemoryLayout<Float>.size))
    let share = (problem.filterCount + options.threads - 1) / options.threads
    let block = min(fitting, share)
    let blocks = (problem.filterCount + block - 1) / block
    forEach(count: blocks, threads: options.threads) { index in
      let first = index * block
      descend(state, filters: first..<min(first + block, problem.filterCount))
    }
  }

  /// Sweeps and scale fits in turn, until no code of a filter changes any more.
  private func descend(_ state: CodeState, filters: Range<Int>) {
    let active = AlignedBuffer<UInt8>(count: filters.count, repeating: 1)
    let flips = AlignedBuffer<UInt32>(count: filters.count, repeating: 0)
    let changed = AlignedBuffer<Int>(count: filters.count, repeating: 0)
    let scratch = AlignedBuffer<Int32>(
      uninitialized: filters.count * (Int(SIGNET_SOLVER_PANEL) + 1))
    let target = AlignedBuffer<Float>(
      uninitialized: state.codeCount > 1 ? filters.count * problem.stride : 0)
    for sweep in 0..<options.sweeps {
      for index in 0..<filters.count { changed[index] = 0 }
      for code in 0..<state.codeCount {
        var correlation = problem.correlation + filters.lowerBound * problem.stride
        if state.codeCount > 1 {
          explainRest(of: code, in: state, filters: filters, into: target)
          correlation = UnsafePointer(target.base)
        }
        var job = signet_solver_sweep(
          patch_length: problem.stride, filter_count: filters.count, gram: problem.gram,
          diagonal: problem.diagonal.base, correlation: correlation,
          scales: state.scales.base + code * state.filterCount + filters.lowerBound,
          active: active.base, codes: state.code(code, filters.lowerBound),
          products: state.product(code, filters.lowerBound), flips: flips.base,
          scratch: scratch.base)
        kernels.table.sweep(&job)
        for index in 0..<filters.count { changed[index] += Int(flips[index]) }
      }
      var anyActive = false
      for (index, filter) in filters.enumerated() where active[index] != 0 {
        refitScales(state, filter)
        state.flips[filter] += changed[index]
        state.sweeps[filter] += 1
        if changed[index] == 0 && sweep > 0 { active[index] = 0 } else { anyActive = true }
      }
      if !anyActive { break }
    }
  }

  /// q less what all codes but one explain: the target of that one. filters.count × stride.
  private func explainRest(
    of code: Int, in state: CodeState, filters: Range<Int>, into target: AlignedBuffer<Float>
  ) {
    let stride = problem.stride
    for (index, filter) in filters.enumerated() {
      let row = target.base + index * stride
      let from = problem.correlation + filter * stride
      for input in 0..<stride { row[input] = from[input] }
      for other in 0..<state.codeCount where other != code {
        let scale = state.scale(other, filter)
        let product = state.product(other, filter)
        for input in 0..<stride { row[input] -= scale * product[input] }
      }
    }
  }

  /// α by least squares; never raises the objective, checked in debug builds.
  func refitScales(_ state: CodeState, _ filter: Int) {
    let before = state.objective[filter]
    fitScales(state, filter)
    assert(
      state.objective[filter] <= before
        + tolerance(state, filter, before: before),
      "a sweep raised the objective from \(before) to \(state.objective[filter])")
  }

  /// α by least squares for h as it stands.
  func fitScales(_ state: CodeState, _ filter: Int) {
    let (matrix, right) = state.normalEquations(filter, of: problem, kernels: kernels)
    let energy = problem.energy(ofFilter: filter)
    let kept = layerObjective(
      energy: energy, matrix: matrix, right: right,
      scales: (0..<state.codeCount).map { Double(state.scale($0, filter)) })
    let best = leastSquaresScales(matrix: matrix, right: right, noise: problem.noise)
    let fitted = best.map {
      layerObjective(energy: energy, matrix: matrix, right: right, scales: $0)
    }
    // Codes left out because their outputs may be rounding can have been of use as they were scaled.
    guard let best, let fitted, fitted <= kept + 1e-6 * max(energy, abs(kept)) else {
      state.objective[filter] = kept
      return
    }
    state.objective[filter] = fitted
    for code in 0..<state.codeCount {
      if best[code] < 0 { state.negate(code, filter) }
      state.setScale(code, filter, Float(abs(best[code])))
    }
  }

  /// What float32 rounding of h may add: S terms, each off by a few units in the last place. Where
  /// inputs are nearly alike, h is larger than the outputs that its parts leave of one another.
  private func tolerance(_ state: CodeState, _ filter: Int, before: Double) -> Double {
    let terms = Double(problem.size).squareRoot()
    let squares = (0..<state.codeCount).reduce(0.0) {
      $0 + Double(state.scale($1, filter)) * Double(state.scale($1, filter))
    }
    return max(
      Double(Float.ulpOfOne) * 8 * terms * max(problem.energy(ofFilter: filter), abs(before)),
      terms * squares * problem.noise)
  }
}

import CSignetKernels

extension DescentJob {
  /// Iterated local search of every filter from the state's codes, all codes of a filter together
  /// (method.md, equation 12).
  ///
  /// - Parameters:
  ///   - kicks: kicks per filter; none is a descent over all its codes together.
  ///   - round: tells the random numbers of one call from those of another.
  func search(_ state: CodeState, kicks: Int, round: UInt64) {
    let stride = problem.stride
    let scratch = 2 * state.codeCount * stride
    forEach(count: problem.filterCount, threads: options.threads) { filter in
      let codeScratch = AlignedBuffer<Int8>(uninitialized: scratch)
      let productScratch = AlignedBuffer<Float>(uninitialized: scratch)
      var job = signet_solver_search(
        patch_length: stride, input_count: problem.size, code_count: Int32(state.codeCount),
        code_stride: state.filterCount * stride, gram: problem.gram,
        diagonal: problem.diagonal.base, correlation: problem.correlation + filter * stride,
        energy: problem.energy(ofFilter: filter), noise: problem.noise,
        codes: state.code(0, filter), products: state.product(0, filter),
        code_scratch: codeScratch.base, product_scratch: productScratch.base,
        seed: seed(filter: problem.filters.lowerBound + filter, round: round), kicks: UInt64(kicks),
        flips: 0)
      kernels.table.search(&job)
      state.flips[filter] += Int(job.flips)
      // h carries the rounding of many flips here; `settle` forms it anew before solutions
      // are compared.
      fitScales(state, filter)
    }
  }

  /// Random numbers belong to a filter, not to the thread that happens to work on it.
  private func seed(filter: Int, round: UInt64) -> UInt64 {
    var word = options.seed
    for part in [UInt64(filter), round] {
      word = (word ^ part) &* 0x9E37_79B9_7F4A_7C15
      word ^= word >> 29
    }
    return word
  }

  /// Kicks per filter of the first search. A kick costs in proportion to S, so that every filter
  /// gets about the same time; very short rows have too few optima to need it, and a layer of many
  /// filters shares a few seconds among them. With K codes a kick is about K²/2 times as dear, and
  /// worth as much more.
  var kickCount: Int {
    let affordable = min(
      200 * problem.size, 16_000, 7_000_000 / problem.size,
      500_000_000 / (problem.size * problem.layerFilterCount))
    let dearness = max(1, options.codes * options.codes / 2)
    return max(50, affordable / dearness)
  }
}

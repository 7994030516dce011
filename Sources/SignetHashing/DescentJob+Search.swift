import CSignetKernels

extension DescentJob {
  /// Iterated local search of every code of every filter in turn, from the state's codes.
  ///
  /// - Parameters:
  ///   - kicks: kicks per code.
  ///   - round: tells the random numbers of one call from those of another.
  func search(_ state: CodeState, kicks: Int, round: UInt64) {
    let stride = problem.stride
    forEach(count: problem.filterCount, threads: options.threads) { filter in
      let codeScratch = AlignedBuffer<Int8>(uninitialized: 2 * stride)
      let productScratch = AlignedBuffer<Float>(uninitialized: 2 * stride)
      let target = AlignedBuffer<Float>(uninitialized: state.codeCount > 1 ? stride : 0)
      for code in 0..<state.codeCount {
        var correlation = problem.correlation + filter * stride
        if state.codeCount > 1 {
          explainRest(of: code, in: state, filters: filter..<filter + 1, into: target)
          correlation = UnsafePointer(target.base)
        }
        var job = SignetHashingSearch(
          patchLength: stride, inputCount: problem.size, gram: problem.gram,
          diagonal: problem.diagonal.base, correlation: correlation,
          codes: state.code(code, filter), product: state.product(code, filter),
          codeScratch: codeScratch.base, productScratch: productScratch.base,
          seed: seed(filter: filter, code: code, round: round), kicks: UInt64(kicks), flips: 0)
        kernels.table.search(&job)
        state.flips[filter] += Int(job.flips)
        // h carries the rounding of many flips here; `settle` forms it anew before solutions
        // are compared.
        fitScales(state, filter)
      }
    }
  }

  /// Random numbers belong to a filter, not to the thread that happens to work on it.
  private func seed(filter: Int, code: Int, round: UInt64) -> UInt64 {
    var word = options.seed
    for part in [UInt64(filter), UInt64(code), round] {
      word = (word ^ part) &* 0x9E37_79B9_7F4A_7C15
      word ^= word >> 29
    }
    return word
  }

  /// Kicks per code of the first search. Very short rows have few optima, long rows make every
  /// kick dear; the lengths between get what their number of optima asks for.
  var kickCount: Int {
    let length = Double(problem.size)
    let affordable = 8_000_000 / (length * length.squareRoot().squareRoot())
    return Int(max(50, min(200 * length, 16_000, affordable)))
  }
}

extension DescentJob {
  /// Solves a layer a part of its filters at a time, which bounds what codes and products take.
  /// Filters know nothing of each other, so the parts do not show in the result.
  ///
  /// - Parameter atOnce: filters of a part; nil: as many as ``LayerMemory/solvingBytes`` hold.
  static func solve(
    _ problem: LayerProblem, options: HashingOptions, kernels: Kernels, atOnce: Int? = nil,
    _ run: (DescentJob) -> LayerSolution
  ) -> LayerSolution {
    PaddedProblem.with(problem) { padded in
      let feedback = SharedFeedback(
        padded, products: KernelProducts(kernels: kernels, threads: options.threads))
      let count =
        atOnce
        ?? LayerMemory(
          patchLength: problem.patchLength, filterCount: problem.filterCount, codes: options.codes
        ).filtersAtOnce
      return LayerSolution(
        joining: padded.parts(of: count).map {
          run(DescentJob($0, options: options, kernels: kernels, feedback: feedback))
        })
    }
  }
}

extension LayerSolution {
  /// The solution of a layer whose filters were solved in parts, in order.
  fileprivate init(joining parts: [LayerSolution]) {
    guard parts.count != 1 else {
      self = parts[0]
      return
    }
    let codeCount = parts[0].codeCount
    var codes: [Int8] = []
    var scales: [Float] = []
    codes.reserveCapacity(parts.reduce(0) { $0 + $1.codes.count })
    for code in 0..<codeCount {
      for part in parts {
        let (rows, elements) = (part.filterCount, part.filterCount * part.patchLength)
        codes += part.codes[code * elements..<(code + 1) * elements]
        scales += part.scales[code * rows..<(code + 1) * rows]
      }
    }
    self.init(
      patchLength: parts[0].patchLength, filterCount: parts.reduce(0) { $0 + $1.filterCount },
      codeCount: codeCount, codes: codes, scales: scales,
      initialObjective: parts.flatMap(\.initialObjective), objective: parts.flatMap(\.objective),
      energy: parts.flatMap(\.energy), flips: parts.reduce(0) { $0 + $1.flips },
      sweeps: parts.map(\.sweeps).max() ?? 0)
  }
}

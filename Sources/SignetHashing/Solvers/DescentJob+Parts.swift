extension DescentJob {
  /// Solves a layer a part of its filters at a time, which bounds what codes and products take.
  /// Filters know nothing of each other, so the parts do not show in the result.
  ///
  /// - Parameters:
  ///   - atOnce: filters of a part; nil: as many as ``LayerMemory/solvingBytes`` hold
  ///   - sharing: the processes that take parts in turn; nil: this one takes all
  static func solve(
    _ problem: LayerProblem, options: HashingOptions, kernels: Kernels, atOnce: Int? = nil,
    sharing: (any LayerSharing)? = nil, _ run: (DescentJob) -> LayerSolution
  ) throws(HashingError) -> LayerSolution {
    let (processes, place) = (sharing?.count ?? 1, sharing?.place ?? 0)
    let own = PaddedProblem.with(problem) { padded in
      let feedback = SharedFeedback(
        padded, products: KernelProducts(kernels: kernels, threads: options.threads))
      let count =
        atOnce
        ?? LayerMemory(
          patchLength: problem.patchLength, filterCount: problem.filterCount, codes: options.codes
        ).filtersAtOnce
      // As many parts for each process.
      let share = (problem.filterCount + processes - 1) / processes
      return padded.parts(of: max(1, min(count, share))).enumerated().map { index, part in
        index % processes == place
          ? run(DescentJob(part, options: options, kernels: kernels, feedback: feedback)) : nil
      }
    }
    return LayerSolution(joining: try shared(own, among: sharing))
  }

  /// - Parameter own: by part; nil: another process has it
  private static func shared(
    _ own: [LayerSolution?], among sharing: (any LayerSharing)?
  ) throws(HashingError) -> [LayerSolution] {
    guard let sharing, sharing.count > 1 else { return own.compactMap { $0 } }
    var solutions = own
    for index in own.indices {
      let all = try sharing.gather(own[index]?.bytes ?? [])
      solutions[index] = own[index] ?? LayerSolution(bytes: all[index % sharing.count])
      guard solutions[index] != nil else {
        throw .exchange("another process sent no solution of part \(index)")
      }
    }
    return solutions.compactMap { $0 }
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

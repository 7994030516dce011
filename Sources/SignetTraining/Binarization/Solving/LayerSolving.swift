import SignetHashing
import SignetModel

/// Solves a layer from the sums of its groups.
struct LayerSolving {
  let options: BinarizationOptions
  let name: String
  let weight: Weight
  let parts: LayerParts
  /// Of the solver; the result does not depend on it.
  var threads = 1
  /// The processes that each solve some of the filters.
  var ranks = Ranks.alone
  /// N
  var filterCount: Int { weight.shape.first ?? 0 }
  /// S
  var patchLength: Int { weight.elementCount / max(1, filterCount) }

  /// - Parameter groups: in the filters' order; their G and q are gone afterwards
  func solve(_ groups: inout [CalibrationSums]) throws(TrainingError) -> SolvedLayer {
    do {
      let floats = weight.floats
      var shares: [LayerShare] = []
      for index in groups.indices {
        shares.append(
          try part(index, weights: own(index, of: groups, in: floats), &groups[index]))
      }
      return try assembled(shares)
    } catch let error as HashingError {
      throw layerError(error)
    } catch {
      throw TrainingError(error)
    }
  }

  /// Sign and mean magnitude without any data; the errors are those of the weights, which are the
  /// outputs' for inputs that are uncorrelated and of one size.
  func solveWithoutData() throws(TrainingError) -> SolvedLayer {
    try TrainingError.wrapping {
      let codes = try BinaryCodes(signsOf: weight, codeCounts: parts.codeCounts)
      let floats = weight.floats
      var missed = 0.0
      var total = 0.0
      for (value, estimate) in zip(floats, codes.expanded) {
        missed += Double((value - estimate) * (value - estimate))
        total += Double(value * value)
      }
      let error = total > 0 ? missed / total : 0
      return SolvedLayer(
        codes: codes, offset: [Float](repeating: 0, count: filterCount),
        record: record(codes, before: error, after: error))
    }
  }

  /// A group's weights, of those of the layer: N/groups × S.
  func own(
    _ group: Int, of groups: [CalibrationSums], in floats: [Float]
  ) -> [Float] {
    guard groups.count > 1 else { return floats }
    let elements = groups[group].filterCount * groups[group].patchLength
    return Array(floats[group * elements..<(group + 1) * elements])
  }

  private func part(
    _ group: Int, weights: [Float], _ sums: inout CalibrationSums
  ) throws -> LayerShare {
    let products = try KernelProducts(threads: threads)
    let filters = group * sums.filterCount..<(group + 1) * sums.filterCount
    let counts = Array(parts.codeCounts[filters])
    let start = try BinaryCodes(
      signsOf: Weight(shape: [sums.filterCount, sums.patchLength], values: weights),
      codeCounts: counts)
    let energy = sums.outputSquares.reduce(0, +)
    let missed = try sums.squaredErrors(estimate: start.expanded, products: products)
    let before = missed.reduce(0, +)
    guard options.method != .bwn else {
      return LayerShare(
        codeCounts: counts, signs: start.signs, scales: start.scales.array,
        offset: [Float](repeating: 0, count: sums.filterCount), before: before, after: before,
        energy: energy, objective: missed)
    }
    let problem = try sums.takeProblem(weights: weights, centred: options.centred)
    let solution = try solver(counts, importance: parts.importance.map { Array($0[filters]) })
      .solve(options.ridge > 0 ? try problem.withRidge(options.ridge) : problem)
    return LayerShare(
      codeCounts: counts, signs: solution.codes, scales: solution.scales,
      constants: solution.constants, inputScales: solution.inputScales,
      offset: sums.outputOffset(solution: solution, centred: options.centred),
      flips: solution.flips,
      changed: zip(solution.codes, start.signs).reduce(0) { $0 + ($1.0 == $1.1 ? 0 : 1) },
      before: before,
      after: try problem.squaredErrors(estimate: solution.estimate, products: products)
        .reduce(0, +),
      energy: energy, objective: solution.objective)
  }

  private func solver(_ counts: [Int], importance: [Double]?) -> WholeWeightSolver {
    var hashing = options.hashing
    hashing.threads = threads
    var solver = WholeWeightSolver(
      hashing, codeCounts: counts, fitsConstants: parts.hasConstants,
      inputChannels: parts.scaledChannels, importance: importance)
    if ranks.count > 1 {
      solver.codeSolver = { [ranks] in
        var solver = DescentSolver($0)
        solver.sharing = ranks
        return solver
      }
    }
    if options.method == .errorFeedback {
      solver.codeSolver = { ErrorFeedbackSolver(codes: $0.codes, threads: $0.threads) }
    }
    return solver
  }

  private func assembled(_ shares: [LayerShare]) throws -> SolvedLayer {
    let rows = try CodeRows(codeCounts: parts.codeCounts)
    let codes = try LayerShare.joined(
      shares, rows: rows, patchLength: patchLength, channels: parts.scaledChannels)
    let energy = shares.reduce(0) { $0 + $1.energy }
    func relative(_ error: Double) -> Double { energy > 0 ? error / energy : 0 }
    return SolvedLayer(
      codes: codes, offset: shares.flatMap(\.offset),
      record: record(
        codes, before: relative(shares.reduce(0) { $0 + $1.before }),
        after: relative(shares.reduce(0) { $0 + $1.after }),
        flips: shares.reduce(0) { $0 + $1.flips }, changed: shares.reduce(0) { $0 + $1.changed }),
      objective: shares.flatMap(\.objective))
  }

  private func record(
    _ codes: BinaryCodes, before: Double, after: Double, flips: Int = 0, changed: Int = 0
  ) -> LayerRecord {
    LayerRecord(
      name: name, filters: filterCount, patchLength: patchLength, codes: codes.codeCount,
      bits: codes.rows.areEqual ? nil : Double(codes.rows.count) / Double(filterCount),
      errorBefore: before, errorAfter: after, flips: flips,
      changedCodes: Double(changed) / Double(max(1, codes.rows.count * patchLength)))
  }

  func layerError(_ error: HashingError) -> TrainingError {
    if case .exchange = error, let lost = ranks.lostRank { return lost }
    guard case .notFinite(let buffer, _) = error else { return .hashing(layer: name, error) }
    switch buffer {
    case .weights: return .notFinite(layer: name, part: .weights)
    case .gram, .inputs, .inputSum: return .notFinite(layer: name, part: .inputs)
    case .correlation, .energy, .outputs, .outputSum, .outputSquares:
      return .notFinite(layer: name, part: .outputs)
    case .codeCounts, .importance: return .hashing(layer: name, error)
    }
  }
}

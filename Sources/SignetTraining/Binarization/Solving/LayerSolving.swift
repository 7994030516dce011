import SignetHashing
import SignetModel

/// Solves a layer from the sums of its groups.
struct LayerSolving {
  /// Its `codes` are this layer's.
  let options: BinarizationOptions
  let name: String
  let weight: Weight
  /// Of the solver; the result does not depend on it.
  var threads = 1
  /// N
  var filterCount: Int { weight.shape.first ?? 0 }
  /// S
  var patchLength: Int { weight.elementCount / max(1, filterCount) }

  /// - Parameter groups: in the filters' order; their G and q are gone afterwards
  func solve(_ groups: inout [CalibrationSums]) throws(TrainingError) -> SolvedLayer {
    do {
      let floats = weight.floats
      var parts: [Part] = []
      for index in groups.indices {
        parts.append(
          try part(weights: own(index, of: groups, in: floats), &groups[index]))
      }
      return try assembled(parts)
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
      let codes = try BinaryCodes(signsOf: weight, codeCount: options.codes)
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
        record: LayerRecord(
          name: name, filters: filterCount, patchLength: patchLength, codes: options.codes,
          errorBefore: error, errorAfter: error, flips: 0, changedCodes: 0))
    }
  }

  /// One group's share.
  private struct Part {
    var signs: [Int8]  // K × N/groups × S
    var scales: [Float]  // K × N/groups
    var offset: [Float]
    var flips = 0
    /// Codes that are not those of sign(w).
    var changed = 0
    var before = 0.0
    var after = 0.0
    var energy = 0.0
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
    weights: [Float], _ sums: inout CalibrationSums
  ) throws -> Part {
    let products = try KernelProducts(threads: threads)
    let start = try BinaryCodes(
      signsOf: Weight(shape: [sums.filterCount, sums.patchLength], values: weights),
      codeCount: options.codes)
    let energy = sums.outputSquares.reduce(0, +)
    let before = try sums.squaredErrors(estimate: start.expanded, products: products)
      .reduce(0, +)
    guard options.method != .bwn else {
      return Part(
        signs: start.signs, scales: start.scales.array,
        offset: [Float](repeating: 0, count: sums.filterCount), before: before, after: before,
        energy: energy)
    }
    let problem = try sums.takeProblem(weights: weights, centred: options.centred)
    let solution = try solver.solve(
      options.ridge > 0 ? try problem.withRidge(options.ridge) : problem)
    return Part(
      signs: solution.codes, scales: solution.scales,
      offset: sums.outputOffset(solution: solution, centred: options.centred),
      flips: solution.flips,
      changed: zip(solution.codes, start.signs).reduce(0) { $0 + ($1.0 == $1.1 ? 0 : 1) },
      before: before,
      after: try problem.squaredErrors(estimate: solution.estimate, products: products)
        .reduce(0, +),
      energy: energy)
  }

  private var solver: any LayerSolver {
    guard options.method == .bwnh else {
      return ErrorFeedbackSolver(codes: options.codes, threads: threads)
    }
    var hashing = options.hashing
    hashing.threads = threads
    return DescentSolver(hashing)
  }

  private func assembled(_ parts: [Part]) throws -> SolvedLayer {
    var signs: [Int8] = []
    var scales: [Float] = []
    for code in 0..<options.codes {
      for part in parts {
        let filters = part.scales.count / options.codes
        scales += part.scales[code * filters..<(code + 1) * filters]
        signs += part.signs[code * filters * patchLength..<(code + 1) * filters * patchLength]
      }
    }
    let energy = parts.reduce(0) { $0 + $1.energy }
    func relative(_ error: Double) -> Double { energy > 0 ? error / energy : 0 }
    return SolvedLayer(
      codes: try BinaryCodes(
        signs: signs, scales: scales, codeCount: options.codes, filterCount: filterCount,
        patchLength: patchLength),
      offset: parts.flatMap(\.offset),
      record: LayerRecord(
        name: name, filters: filterCount, patchLength: patchLength, codes: options.codes,
        errorBefore: relative(parts.reduce(0) { $0 + $1.before }),
        errorAfter: relative(parts.reduce(0) { $0 + $1.after }),
        flips: parts.reduce(0) { $0 + $1.flips },
        changedCodes: Double(parts.reduce(0) { $0 + $1.changed }) / Double(max(1, signs.count))))
  }

  func layerError(_ error: HashingError) -> TrainingError {
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

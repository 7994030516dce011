import SignetHashing
import SignetModel

/// What hashing found for a whole layer.
struct SolvedLayer: Sendable {
  var codes: BinaryCodes
  /// To be added to the layer's outputs: N; zeros when not centred.
  var offset: [Float]
  var record: LayerRecord
}

/// Solves a layer from the sums of its groups.
struct LayerSolving {
  /// Its `codes` are this layer's.
  let options: BinarizationOptions
  let name: String
  let weight: Weight
  /// N
  var filterCount: Int { weight.shape.first ?? 0 }
  /// S
  var patchLength: Int { weight.elementCount / max(1, filterCount) }

  /// - Parameter groups: in the filters' order
  func solve(_ groups: [CalibrationSums], threads: Int) throws(TrainingError) -> SolvedLayer {
    do {
      return try assembled(groups.enumerated().map { try part($0.offset, $0.element, threads) })
    } catch let error as HashingError {
      throw layerError(error)
    } catch {
      throw TrainingError(error)
    }
  }

  /// λ of a float layer's refit: it has as many free numbers as weights, often more than patches.
  static let refitDamping: Float = 0.1

  /// The float weights that bring the outputs closest, and their offset.
  ///
  /// - Parameter groups: in the filters' order
  func refit(
    _ groups: [CalibrationSums], threads: Int
  ) throws(TrainingError) -> (weight: Weight, offset: [Float]) {
    do {
      var values: [Float] = []
      var offset: [Float] = []
      for sums in groups {
        let elements = sums.filterCount * sums.patchLength
        let own = Array(weight.floats[values.count..<values.count + elements])
        let problem = try sums.problem(weights: own, centred: options.centred)
        let refitted = try problem.refittedWeights(
          damping: max(options.damping, Self.refitDamping), threads: threads)
        values += refitted
        offset += sums.outputOffset(weights: refitted, centred: options.centred)
      }
      return (try Weight(shape: weight.shape, values: values), offset)
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
          errorBefore: error, errorAfter: error, flips: 0))
    }
  }

  /// One group's share.
  private struct Part {
    var signs: [Int8]  // K × N/groups × S
    var scales: [Float]  // K × N/groups
    var offset: [Float]
    var flips = 0
    var before = 0.0
    var after = 0.0
    var energy = 0.0
  }

  private func part(_ group: Int, _ sums: CalibrationSums, _ threads: Int) throws -> Part {
    let elements = sums.filterCount * sums.patchLength
    let weights = Array(weight.floats[group * elements..<(group + 1) * elements])
    let start = try BinaryCodes(
      signsOf: Weight(shape: [sums.filterCount, sums.patchLength], values: weights),
      codeCount: options.codes)
    let plain = try sums.problem(weights: weights, centred: false)
    let energy = sums.outputSquares.reduce(0, +)
    let before = try plain.squaredError(of: start.expanded)
    guard options.method != .bwn else {
      return Part(
        signs: start.signs, scales: start.scales.array,
        offset: [Float](repeating: 0, count: sums.filterCount), before: before, after: before,
        energy: energy)
    }
    let problem =
      options.centred ? try sums.problem(weights: weights, centred: true) : plain
    let solution = try solver(threads).solve(
      options.damping > 0 ? try problem.damped(by: options.damping) : problem)
    let codes = try BinaryCodes(
      signs: solution.codes, scales: solution.scales, codeCount: solution.codeCount,
      filterCount: sums.filterCount, patchLength: sums.patchLength)
    return Part(
      signs: solution.codes, scales: solution.scales,
      offset: sums.outputOffset(solution: solution, centred: options.centred),
      flips: solution.flips, before: before, after: try problem.squaredError(of: codes.expanded),
      energy: energy)
  }

  private func solver(_ threads: Int) -> any LayerSolver {
    guard options.method == .bwnh else {
      return ErrorFeedbackSolver(codes: options.codes, threads: threads)
    }
    return DescentSolver(
      HashingOptions(
        sweeps: options.sweeps, effort: options.effort, codes: options.codes, threads: threads,
        seed: options.seed))
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
        flips: parts.reduce(0) { $0 + $1.flips }))
  }

  private func layerError(_ error: HashingError) -> TrainingError {
    guard case .notFinite(let buffer, _) = error else { return .hashing(layer: name, error) }
    switch buffer {
    case .weights: return .notFinite(layer: name, part: .weights)
    case .gram, .inputs, .inputSum: return .notFinite(layer: name, part: .inputs)
    case .correlation, .energy, .outputs, .outputSum, .outputSquares:
      return .notFinite(layer: name, part: .outputs)
    }
  }
}

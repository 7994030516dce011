/// What a solver found for one layer: w ≈ c ∘ (Σ_k α_k b_k + β) per filter.
public struct LayerSolution: Sendable, Equatable {
  /// S, the number of inputs of one filter.
  public let patchLength: Int
  /// N, the number of filters.
  public let filterCount: Int
  /// K of each filter: N.
  public let codeCounts: [Int]
  /// B, code by code the rows of those filters that have it, in order: ΣK × S, −1 or +1.
  public let codes: [Int8]
  /// α ≥ 0, in the order of ``codes``: ΣK.
  public let scales: [Float]
  /// β: N; `nil`: none.
  public let constants: [Float]?
  /// c > 0 of each input channel: C, each for S/C inputs; `nil`: none.
  public let inputScales: [Float]?
  /// ‖Xᵀw − α X̃ᵀb‖² with b = sign(w) and α = mean|w|, the binary weight network's choice: N.
  public let initialObjective: [Double]
  /// ‖Xᵀw − X̃ᵀŵ‖² with the weights ŵ above: N.
  public let objective: [Double]
  /// ‖Xᵀw‖²: N.
  public let energy: [Double]
  /// Code changes made on the way, of all filters.
  public let flips: Int
  /// Passes over the coordinates, of the filter that needed most.
  public let sweeps: Int

  package init(
    patchLength: Int, codeCounts: [Int], codes: [Int8], scales: [Float],
    constants: [Float]? = nil, inputScales: [Float]? = nil, initialObjective: [Double],
    objective: [Double], energy: [Double], flips: Int, sweeps: Int
  ) {
    self.patchLength = patchLength
    filterCount = codeCounts.count
    self.codeCounts = codeCounts
    self.codes = codes
    self.scales = scales
    self.constants = constants
    self.inputScales = inputScales
    self.initialObjective = initialObjective
    self.objective = objective
    self.energy = energy
    self.flips = flips
    self.sweeps = sweeps
  }

  /// The same number of codes for every filter, and nothing else.
  package init(
    patchLength: Int, filterCount: Int, codeCount: Int, codes: [Int8], scales: [Float],
    initialObjective: [Double], objective: [Double], energy: [Double], flips: Int, sweeps: Int
  ) {
    self.init(
      patchLength: patchLength, codeCounts: [Int](repeating: codeCount, count: filterCount),
      codes: codes, scales: scales, initialObjective: initialObjective, objective: objective,
      energy: energy, flips: flips, sweeps: sweeps)
  }

  /// The most codes that a filter has.
  public var codeCount: Int { codeCounts.max() ?? 0 }

  /// The relative output error ‖S − Ŝ‖² / ‖S‖² of sign and mean magnitude.
  public var errorBefore: Double { relative(initialObjective) }
  /// The relative output error ‖S − Ŝ‖² / ‖S‖² of this solution.
  public var errorAfter: Double { relative(objective) }

  /// ŵ = c ∘ (Σ_k α_k b_k + β): N × S.
  public var estimate: [Float] {
    var estimate = codedEstimate
    if let constants {
      for index in estimate.indices { estimate[index] += constants[index / patchLength] }
    }
    if let inputScales {
      let positions = patchLength / inputScales.count
      for index in estimate.indices {
        estimate[index] *= inputScales[index % patchLength / positions]
      }
    }
    return estimate
  }

  /// Σ_k α_k b_k alone: N × S.
  var codedEstimate: [Float] {
    var estimate = [Float](repeating: 0, count: filterCount * patchLength)
    for (row, owner) in CodeRows(counts: codeCounts).owners.enumerated() {
      let (from, to) = (row * patchLength, owner.filter * patchLength)
      for input in 0..<patchLength {
        estimate[to + input] += scales[row] * Float(codes[from + input])
      }
    }
    return estimate
  }

  private func relative(_ objective: [Double]) -> Double {
    let total = energy.reduce(0, +)
    guard total > 0 else { return 0 }
    return max(0, objective.reduce(0, +)) / total
  }
}

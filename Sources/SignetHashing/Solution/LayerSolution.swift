/// The codes and scales that a solver found for one layer: w ≈ Σ_k α_k b_k per filter.
public struct LayerSolution: Sendable, Equatable {
  /// S, the number of inputs of one filter.
  public let patchLength: Int
  /// N, the number of filters.
  public let filterCount: Int
  /// K, the number of codes per filter.
  public let codeCount: Int
  /// B: K × N × S, −1 or +1.
  public let codes: [Int8]
  /// α ≥ 0: K × N.
  public let scales: [Float]
  /// ‖Xᵀw − α X̃ᵀb‖² with b = sign(w) and α = mean|w|, the binary weight network's choice: N.
  public let initialObjective: [Double]
  /// ‖Xᵀw − Σ_k α_k X̃ᵀb_k‖² with the codes and scales above: N.
  public let objective: [Double]
  /// ‖Xᵀw‖²: N.
  public let energy: [Double]
  /// Code changes made on the way, of all filters.
  public let flips: Int
  /// Passes over the coordinates, of the filter that needed most.
  public let sweeps: Int

  package init(
    patchLength: Int, filterCount: Int, codeCount: Int, codes: [Int8], scales: [Float],
    initialObjective: [Double], objective: [Double], energy: [Double], flips: Int, sweeps: Int
  ) {
    self.patchLength = patchLength
    self.filterCount = filterCount
    self.codeCount = codeCount
    self.codes = codes
    self.scales = scales
    self.initialObjective = initialObjective
    self.objective = objective
    self.energy = energy
    self.flips = flips
    self.sweeps = sweeps
  }

  /// The relative output error ‖S − Ŝ‖² / ‖S‖² of sign and mean magnitude.
  public var errorBefore: Double { relative(initialObjective) }
  /// The relative output error ‖S − Ŝ‖² / ‖S‖² of this solution.
  public var errorAfter: Double { relative(objective) }

  /// Σ_k α_k b_k: N × S.
  public var estimate: [Float] {
    let size = filterCount * patchLength
    var estimate = [Float](repeating: 0, count: size)
    for code in 0..<codeCount {
      for filter in 0..<filterCount {
        let scale = scales[code * filterCount + filter]
        for index in filter * patchLength..<(filter + 1) * patchLength {
          estimate[index] += scale * Float(codes[code * size + index])
        }
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

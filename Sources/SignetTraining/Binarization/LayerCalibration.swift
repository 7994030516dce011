import SignetHashing
import SignetModel
import Torch

/// Sums over the patches of one group of filters: G = X̃X̃ᵀ, X̃Y, and what centring needs.
struct LayerCalibration {
  let extraction: PatchExtraction
  /// The group's filters.
  let filters: Range<Int>
  private let panels: [Range<Int>]
  /// gram: S × S, patches' order; only panels on and right of the diagonal are filled
  private let gram: Tensor
  /// correlation: N × S, patches' order
  private let correlation: Tensor
  private var inputSum: [Double]
  private var outputSum: [Double]
  private var outputSquares: [Double]
  private var patchCount = 0
  /// Σ of what the patches count.
  private var mass = 0.0

  init(extraction: PatchExtraction, filters: Range<Int>) throws {
    self.extraction = extraction
    self.filters = filters
    let size = extraction.patchLength
    gram = try Tensor.zeros([size, size])
    correlation = try Tensor.zeros([filters.count, size])
    inputSum = [Double](repeating: 0, count: size)
    outputSum = [Double](repeating: 0, count: filters.count)
    outputSquares = outputSum
    // G is symmetric: blocks left of the diagonal are not computed. Narrower panels would save
    // more and multiply slower.
    let count = min(8, max(1, size / 144))
    panels = (0..<count).map { size * $0 / count..<size * ($0 + 1) / count }
  }

  /// - Parameters:
  ///   - patches: X̃ᵀ, M × S, patches' order; weighed where they lie if the extraction copied them,
  ///     because a second copy costs more than the products of a short patch
  ///   - outputs: Y, M × N
  ///   - importance: what each patch counts, M; `nil`: 1
  mutating func add(patches: Tensor, outputs: Tensor, importance: Tensor? = nil) throws {
    patchCount += patches.shape[0]
    guard let importance else {
      try Self.add(patches.sum([0]), to: &inputSum)
      try Self.add(outputs.sum([0]), to: &outputSum)
      mass += Double(patches.shape[0])
      return try addProducts(patches, outputs)
    }
    // √p in both factors of every product.
    let roots = try importance.sqrt().unsqueeze(1)
    let outputs = try outputs * roots
    let patches = try weighed(patches, by: roots)
    let row = try roots.transpose(0, 1)
    try Self.add(row.matmul(patches), to: &inputSum)
    try Self.add(row.matmul(outputs), to: &outputSum)
    mass += try importance.to(.float64).sum().item()
    try addProducts(patches, outputs)
  }

  private func weighed(_ patches: Tensor, by roots: Tensor) throws -> Tensor {
    guard extraction.copiesInput else { return try patches * roots }
    try patches.multiplyInPlace(roots)
    return patches
  }

  private mutating func addProducts(_ patches: Tensor, _ outputs: Tensor) throws {
    let size = extraction.patchLength
    for panel in panels {
      let width = size - panel.lowerBound
      let left = try patches.narrow(1, start: panel.lowerBound, length: panel.count)
      let right = try patches.narrow(1, start: panel.lowerBound, length: width)
      let block = try gram.narrow(0, start: panel.lowerBound, length: panel.count)
        .narrow(1, start: panel.lowerBound, length: width)
      try block.addmmInPlace(left.transpose(0, 1), right)
    }
    try correlation.addmmInPlace(outputs.transpose(0, 1), patches)
    try Self.add(outputs.square().sum([0]), to: &outputSquares)
  }

  private static func add(_ part: Tensor, to sum: inout [Double]) throws {
    for (index, value) in try part.toDoubles().enumerated() { sum[index] += value }
  }

  /// The sums in the weights' order.
  func sums() throws -> CalibrationSums {
    for (index, panel) in panels.enumerated() {
      for other in panels[(index + 1)...] {
        let upper = try gram.narrow(0, start: panel.lowerBound, length: panel.count)
          .narrow(1, start: other.lowerBound, length: other.count)
        let lower = try gram.narrow(0, start: other.lowerBound, length: other.count)
          .narrow(1, start: panel.lowerBound, length: panel.count)
        try lower.copy(from: upper.transpose(0, 1))
      }
    }
    // As many patches of mean importance 1.
    let share = mass > 0 ? Double(patchCount) / mass : 1
    let inputs = try Tensor(inputSum.map { $0 * share }, shape: [1, inputSum.count])
    return try CalibrationSums(
      patchLength: extraction.patchLength, filterCount: filters.count, patchCount: patchCount,
      gram: extraction.restored(gram: gram * share).toFloats(),
      correlation: extraction.restored(rows: correlation * share).toFloats(),
      inputSum: extraction.restored(rows: inputs).toDoubles(),
      outputSum: outputSum.map { $0 * share }, outputSquares: outputSquares.map { $0 * share })
  }
}

extension LayerProblem {
  /// Σ over filters of ‖Xᵀw − X̃ᵀŵ‖² = ‖Xᵀw‖² − 2 qᵀŵ + ŵᵀGŵ.
  ///
  /// - Parameter estimate: ŵ, N × S
  func squaredError(of estimate: [Float]) throws -> Double {
    let shape = [filterCount, patchLength]
    let estimate = try Tensor(estimate, shape: shape)
    let product = try estimate.matmul(Tensor(gram, shape: [patchLength, patchLength]))
    let slope = try product - Tensor(correlation, shape: shape) * 2
    let change = try (slope * estimate).to(.float64).sum().item()
    return max(0, energy.reduce(0, +) + change)
  }
}

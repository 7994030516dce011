import SignetHashing
import SignetModel
import Torch

/// Sums over the patches of one group of filters: G = X̃X̃ᵀ, X̃Y, and what centring needs.
struct GroupSums {
  let extraction: PatchExtraction
  /// The group's filters.
  let filters: Range<Int>
  private var gram: [Float]  // S × S, patches' order; on and above the diagonal
  private var correlation: [Float]  // N × S, patches' order
  private var inputSum: [Double]  // S
  private var outputSum: [Double]  // N
  private var outputSquares: [Double]  // N
  private var patchCount = 0
  /// Σ of the patches' weights.
  private var mass = 0.0

  init(extraction: PatchExtraction, filters: Range<Int>) {
    self.extraction = extraction
    self.filters = filters
    let size = extraction.patchLength
    gram = [Float](repeating: 0, count: size * size)
    correlation = [Float](repeating: 0, count: filters.count * size)
    inputSum = [Double](repeating: 0, count: size)
    outputSum = [Double](repeating: 0, count: filters.count)
    outputSquares = outputSum
  }

  /// Bytes of the sums.
  static func bytes(of extraction: PatchExtraction, filters: Int) -> Int {
    let size = extraction.patchLength
    return 4 * size * (size + filters) + 8 * (size + 2 * filters)
  }

  /// - Parameters:
  ///   - patches: X̃ᵀ, M × S, patches' order; weighed where they lie if the extraction copied them,
  ///     because a second copy costs more than the products of a short patch
  ///   - outputs: Y, M × N
  ///   - weights: what each patch counts, M; `nil`: 1
  mutating func add(
    patches: Tensor, outputs: Tensor, weights: Tensor? = nil, products: KernelProducts
  ) throws {
    let count = patches.shape[0]
    patchCount += count
    guard let weights else {
      mass += Double(count)
      let ones = try Tensor.ones([count])
      return try addProducts(patches.contiguous(), outputs.contiguous(), ones, products)
    }
    // √p in both factors of every product.
    let roots = try weights.sqrt()
    let column = try roots.unsqueeze(1)
    let outputs = try outputs * column
    let patches = try weighed(patches, by: column)
    mass += try weights.to(.float64).sum().item()
    try addProducts(patches.contiguous(), outputs.contiguous(), roots, products)
  }

  private func weighed(_ patches: Tensor, by roots: Tensor) throws -> Tensor {
    guard extraction.copiesInput else { return try patches * roots }
    try patches.multiplyInPlace(roots)
    return patches
  }

  /// - Parameters:
  ///   - patches: M × S
  ///   - outputs: M × N
  ///   - roots: M
  private mutating func addProducts(
    _ patches: Tensor, _ outputs: Tensor, _ roots: Tensor, _ products: KernelProducts
  ) throws {
    let count = patches.shape[0]
    let size = extraction.patchLength
    let squares = try outputs.square()
    let ones = try Tensor.ones([count])
    try patches.withFloats { patches throws(TorchError) in
      try outputs.withFloats { outputs throws(TorchError) in
        gram.withUnsafeMutableBufferPointer { gram in
          guard let gram = gram.baseAddress else { return }
          products.addUpperProducts(patches, count: count, size: size, into: gram)
        }
        correlation.withUnsafeMutableBufferPointer { correlation in
          guard let correlation = correlation.baseAddress else { return }
          products.addProduct(
            .init(outputs, rowStride: 1, columnStride: filters.count),
            .init(patches, rowStride: size), rows: filters.count, columns: size, depth: count,
            into: correlation)
        }
      }
    }
    try Self.add(columns: patches, times: roots, products, to: &inputSum)
    try Self.add(columns: outputs, times: roots, products, to: &outputSum)
    try Self.add(columns: squares, times: ones, products, to: &outputSquares)
  }

  /// Adds the sums of a matrix's columns: in float32 over a piece, in double over the pieces.
  ///
  /// - Parameters:
  ///   - matrix: M × columns
  ///   - factors: of the rows, M
  private static func add(
    columns matrix: Tensor, times factors: Tensor, _ products: KernelProducts,
    to sum: inout [Double]
  ) throws {
    let columns = sum.count
    let depth = matrix.shape[0]
    var part = [Float](repeating: 0, count: columns)
    try matrix.withFloats { matrix throws(TorchError) in
      try factors.withFloats { factors throws(TorchError) in
        part.withUnsafeMutableBufferPointer { part in
          guard let part = part.baseAddress else { return }
          products.multiply(
            .init(factors, rowStride: depth), .init(matrix, rowStride: columns), rows: 1,
            columns: columns, depth: depth, into: part, stride: columns)
        }
      }
    }
    for index in 0..<columns { sum[index] += Double(part[index]) }
  }

  /// Adds the sums over other patches of the same group.
  mutating func add(_ other: GroupSums) {
    Self.add(other.gram, to: &gram)
    Self.add(other.correlation, to: &correlation)
    Self.add(other.inputSum, to: &inputSum)
    Self.add(other.outputSum, to: &outputSum)
    Self.add(other.outputSquares, to: &outputSquares)
    patchCount += other.patchCount
    mass += other.mass
  }

  private static func add<Number: BinaryFloatingPoint>(_ part: [Number], to sum: inout [Number]) {
    sum.withUnsafeMutableBufferPointer { sum in
      part.withUnsafeBufferPointer { part in
        for index in 0..<part.count { sum[index] += part[index] }
      }
    }
  }

  /// Puts together what each process has added of G and X̃Y; the others have zeros there, so that
  /// nothing is rounded.
  mutating func join(_ ranks: Ranks) throws {
    guard ranks.count > 1 else { return }
    let sums = [
      try Tensor(gram, shape: [gram.count]), try Tensor(correlation, shape: [correlation.count]),
    ]
    try ranks.sum(sums)
    gram = try sums[0].toFloats()
    correlation = try sums[1].toFloats()
  }

  /// The sums in the weights' order.
  consuming func sums() throws -> CalibrationSums {
    let order = WeightOrder(
      positions: extraction.weightPositions,
      // As many patches of mean weight 1.
      share: mass > 0 ? Double(patchCount) / mass : 1)
    let (extraction, filters, patchCount) = (extraction, filters, patchCount)
    let (outputs, squares) = (order.scaled(outputSum), order.scaled(outputSquares))
    let inputs = order.reordered(inputSum)
    let rows = order.reordered(rows: correlation)
    correlation = []
    let own = gram
    gram = []
    return try CalibrationSums(
      patchLength: extraction.patchLength, filterCount: filters.count, patchCount: patchCount,
      gram: extraction.copiesInput ? order.reordered(gram: own) : order.mirrored(gram: own),
      correlation: rows, inputSum: inputs, outputSum: outputs, outputSquares: squares)
  }
}

extension Tensor {
  /// Lends the elements of a row-major float32 tensor.
  fileprivate func withFloats(
    _ body: (UnsafePointer<Float>) throws(TorchError) -> Void
  ) throws(TorchError) {
    let result = try withUnsafeBytes { bytes in
      Result { () throws(TorchError) in
        guard let base = bytes.bindMemory(to: Float.self).baseAddress else { return }
        try body(base)
      }
    }
    try result.get()
  }
}

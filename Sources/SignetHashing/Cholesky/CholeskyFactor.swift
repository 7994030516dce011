/// L with LLᵀ = G + λI, lower triangular, and the inverses of its diagonal blocks.
///
/// Blocked, so that nearly all of the work is matrix products.
struct CholeskyFactor {
  /// Rows of a diagonal block.
  static let block = 128

  /// The padded patch length.
  let size: Int
  /// L in the lower triangle: size × size. What stands above the diagonal blocks is not defined.
  let lower: AlignedBuffer<Float>
  /// The inverse of every diagonal block of L: block × block each, zero above its diagonal.
  let inverses: [AlignedBuffer<Float>]

  /// - Parameters:
  ///   - ridge: λ relative to the mean diagonal element of G.
  ///   - products: who multiplies matrices.
  init(
    _ problem: PaddedProblem, ridge: Float, products: KernelProducts
  ) throws(HashingError) {
    size = problem.stride
    lower = AlignedBuffer(uninitialized: size * size)
    lower.base.initialize(from: problem.gram, count: size * size)
    let trace = (0..<problem.size).reduce(Float(0)) { $0 + problem.diagonal[$1] }
    let added = ridge * trace / Float(problem.size)
    for index in 0..<size {
      // Padded and dead coordinates take no part, but must not stop the elimination.
      let alone = problem.diagonal[index] <= 0
      lower[index * size + index] += alone ? max(added, 1) : added
    }
    var inverses: [AlignedBuffer<Float>] = []
    for first in stride(from: 0, to: size, by: CholeskyFactor.block) {
      let width = min(CholeskyFactor.block, size - first)
      try CholeskyFactor.factorDiagonal(lower.base, size: size, first: first, width: width)
      let inverse = CholeskyFactor.invertDiagonal(
        lower.base, size: size, first: first, width: width)
      inverses.append(inverse)
      CholeskyFactor.eliminate(
        lower.base, size: size, first: first, width: width, inverse: inverse, products: products)
    }
    self.inverses = inverses
  }

  private static func factorDiagonal(
    _ matrix: UnsafeMutablePointer<Float>, size: Int, first: Int, width: Int
  ) throws(HashingError) {
    for column in first..<first + width {
      let pivotRow = matrix + column * size
      var pivot = Double(pivotRow[column])
      for inner in first..<column { pivot -= Double(pivotRow[inner]) * Double(pivotRow[inner]) }
      guard pivot > 0, pivot.isFinite else { throw .notPositiveDefinite(pivot: column) }
      let root = Float(pivot.squareRoot())
      pivotRow[column] = root
      for below in column + 1..<first + width {
        let row = matrix + below * size
        var sum = row[column]
        for inner in first..<column { sum -= row[inner] * pivotRow[inner] }
        row[column] = sum / root
      }
    }
  }

  private static func invertDiagonal(
    _ matrix: UnsafeMutablePointer<Float>, size: Int, first: Int, width: Int
  ) -> AlignedBuffer<Float> {
    let inverse = AlignedBuffer<Float>(count: block * block, repeating: 0)
    for row in 0..<width {
      let from = matrix + (first + row) * size + first
      let to = inverse.base + row * block
      for inner in 0..<row {
        let known = inverse.base + inner * block
        for column in 0...inner { to[column] -= from[inner] * known[column] }
      }
      for column in 0..<row { to[column] /= from[row] }
      to[row] = 1 / from[row]
    }
    return inverse
  }

  /// The rows below a diagonal block, and what they take from the columns to the right of it.
  private static func eliminate(
    _ matrix: UnsafeMutablePointer<Float>, size: Int, first: Int, width: Int,
    inverse: AlignedBuffer<Float>, products: KernelProducts
  ) {
    let next = first + width
    let rest = size - next
    guard rest > 0 else { return }
    let panel = AlignedBuffer<Float>(uninitialized: rest * width)
    for row in 0..<rest {
      (panel.base + row * width).initialize(
        from: matrix + (next + row) * size + first, count: width)
    }
    let blocks = (rest + block - 1) / block
    forEach(count: blocks, threads: products.threads) { index in
      let row = index * block
      products.run(
        .init(panel.base + row * width, rowStride: width),
        .init(inverse.base, rowStride: 1, columnStride: block), rows: min(block, rest - row),
        columns: width, depth: width, alpha: 1, beta: 0,
        into: matrix + (next + row) * size + first, stride: size)
    }
    forEach(count: blocks, threads: products.threads) { index in
      let column = next + index * block
      let left = KernelProducts.Matrix(matrix + column * size + first, rowStride: size)
      let right = KernelProducts.Matrix(
        matrix + column * size + first, rowStride: 1, columnStride: size)
      products.run(
        left, right, rows: size - column, columns: min(block, size - column), depth: width,
        alpha: -1, beta: 1, into: matrix + column * size + column, stride: size)
    }
  }
}

import CSignetKernels

/// Codes, scales and h = G b of every filter of a layer while it is being solved.
///
/// A class because threads work on disjoint filters of one state.
final class CodeState: @unchecked Sendable {
  let codeCount: Int
  let filterCount: Int
  let stride: Int
  let codes: AlignedBuffer<Int8>  // K × N × stride
  let products: AlignedBuffer<Float>  // K × N × stride: G b
  let scales: AlignedBuffer<Float>  // K × N
  let objective: AlignedBuffer<Double>  // N
  let flips: AlignedBuffer<Int>  // N
  let sweeps: AlignedBuffer<Int>  // N

  init(codeCount: Int, filterCount: Int, stride: Int) {
    self.codeCount = codeCount
    self.filterCount = filterCount
    self.stride = stride
    let rows = codeCount * filterCount
    codes = AlignedBuffer(count: rows * stride, repeating: 1)
    products = AlignedBuffer(uninitialized: rows * stride)
    scales = AlignedBuffer(count: rows, repeating: 0)
    objective = AlignedBuffer(count: filterCount, repeating: 0)
    flips = AlignedBuffer(count: filterCount, repeating: 0)
    sweeps = AlignedBuffer(count: filterCount, repeating: 0)
  }

  /// The row of a K × N × stride buffer that belongs to one code of one filter.
  func row(_ code: Int, _ filter: Int) -> Int { (code * filterCount + filter) * stride }

  /// b_k of one filter: stride.
  func code(_ code: Int, _ filter: Int) -> UnsafeMutablePointer<Int8> {
    codes.base + row(code, filter)
  }

  /// G b_k of one filter: stride.
  func product(_ code: Int, _ filter: Int) -> UnsafeMutablePointer<Float> {
    products.base + row(code, filter)
  }

  /// α_k of one filter.
  func scale(_ code: Int, _ filter: Int) -> Float { scales[code * filterCount + filter] }

  func setScale(_ code: Int, _ filter: Int, _ value: Float) {
    scales[code * filterCount + filter] = value
  }
}

extension CodeState {
  /// The normal equations of one filter's scales: BᵀGB (K × K) and Bᵀq (K).
  func normalEquations(
    _ filter: Int, of problem: PaddedProblem, kernels: Kernels
  ) -> (matrix: [Double], right: [Double]) {
    var matrix = [Double](repeating: 0, count: codeCount * codeCount)
    var right = [Double](repeating: 0, count: codeCount)
    let target = problem.correlation + filter * stride
    var pair = (0.0, 0.0)
    for row in 0..<codeCount {
      for column in row..<codeCount {
        withUnsafeMutableBytes(of: &pair) { pair in
          kernels.table.dots(
            stride, code(row, filter), target, product(column, filter),
            pair.baseAddress?.assumingMemoryBound(to: Double.self))
        }
        right[row] = pair.0
        matrix[row * codeCount + column] = pair.1
        matrix[column * codeCount + row] = pair.1
      }
    }
    return (matrix, right)
  }

  /// Turns one code round; its scale changes sign with it.
  func negate(_ code: Int, _ filter: Int) {
    let row = row(code, filter)
    for index in row..<row + stride {
      codes[index] = -codes[index]
      products[index] = -products[index]
    }
  }
}

import Foundation

/// L with LLᵀ = A in double precision, for bounds that must not be loosened by rounding.
struct DenseCholesky {
  let size: Int
  private var lower: [Double]  // size × size, row-major, lower triangle

  /// Nil where `matrix` (size × size, row-major, symmetric) is not safely positive definite.
  init?(_ matrix: [Double], size: Int) {
    self.size = size
    lower = matrix
    let complete = lower.withUnsafeMutableBufferPointer { lower in
      for column in 0..<size {
        let pivotRow = column * size
        let whole = lower[pivotRow + column]
        let pivot = whole - dot(lower, pivotRow, pivotRow, column)
        // Below this share of the whole, what is left of the pivot is rounding.
        guard pivot > 1e-12 * whole else { return false }
        let root = pivot.squareRoot()
        lower[pivotRow + column] = root
        for row in stride(from: column + 1, to: size, by: 1) {
          let rest = lower[row * size + column] - dot(lower, row * size, pivotRow, column)
          lower[row * size + column] = rest / root
        }
      }
      return true
    }
    guard complete else { return nil }
  }

  /// log det A.
  var logDeterminant: Double { (0..<size).reduce(0) { $0 + 2 * log(lower[$1 * size + $1]) } }

  /// A⁻¹ right.
  func solve(_ right: [Double]) -> [Double] {
    var solution = right
    for row in 0..<size {
      for column in 0..<row { solution[row] -= lower[row * size + column] * solution[column] }
      solution[row] /= lower[row * size + row]
    }
    for row in (0..<size).reversed() {
      solution[row] /= lower[row * size + row]
      for column in 0..<row { solution[column] -= lower[row * size + column] * solution[row] }
    }
    return solution
  }

  /// A⁻¹: size × size.
  var inverse: [Double] {
    // Row c of `columns` is column c of L⁻¹, so that A⁻¹ = L⁻ᵀL⁻¹ is made of contiguous products.
    var columns = [Double](repeating: 0, count: size * size)
    columns.withUnsafeMutableBufferPointer { columns in
      lower.withUnsafeBufferPointer { lower in
        for column in 0..<size {
          columns[column * size + column] = 1 / lower[column * size + column]
          for row in stride(from: column + 1, to: size, by: 1) {
            var sum = 0.0
            for inner in column..<row {
              sum -= lower[row * size + inner] * columns[column * size + inner]
            }
            columns[column * size + row] = sum / lower[row * size + row]
          }
        }
      }
    }
    var result = columns
    result.withUnsafeMutableBufferPointer { result in
      columns.withUnsafeBufferPointer { columns in
        for row in 0..<size {
          for column in 0...row {
            var sum = 0.0
            for inner in row..<size {
              sum += columns[row * size + inner] * columns[column * size + inner]
            }
            result[row * size + column] = sum
            result[column * size + row] = sum
          }
        }
      }
    }
    return result
  }
}

/// The inner product of two rows' first `count` elements.
private func dot(
  _ values: UnsafeMutableBufferPointer<Double>, _ left: Int, _ right: Int, _ count: Int
) -> Double {
  var sum = SIMD8<Double>.zero
  var index = 0
  while index + 8 <= count {
    var (one, other) = (SIMD8<Double>.zero, SIMD8<Double>.zero)
    for lane in 0..<8 {
      one[lane] = values[left + index + lane]
      other[lane] = values[right + index + lane]
    }
    sum += one * other
    index += 8
  }
  var total = sum.sum()
  while index < count {
    total += values[left + index] * values[right + index]
    index += 1
  }
  return total
}

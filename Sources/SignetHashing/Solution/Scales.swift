/// Scales of K codes by least squares (method.md, equation 7): (BᵀGB) α = Bᵀq.
///
/// Codes that add nothing to those before them, and codes of dead inputs alone, make the matrix
/// singular; such a code gets the scale 0 and the others take its part.
///
/// - Parameters:
///   - matrix: BᵀGB, K × K, row-major, symmetric.
///   - right: Bᵀq, K.
///   - noise: what of a diagonal element may be rounding: codes whose outputs are no more than that
///     have none.
/// - Returns: α, K, or nil where no code has any output at all.
package func leastSquaresScales(
  matrix: [Double], right: [Double], noise: Double = 0
) -> [Double]? {
  let count = right.count
  var rest = matrix
  var rightRest = right
  var order: [Int] = []
  // Elimination with diagonal pivots; a pivot that lost all but rounding is not a direction.
  while order.count < count {
    let open = (0..<count).filter { !order.contains($0) }
    guard
      let pivot = open.max(by: { share(rest, matrix, $0, count) < share(rest, matrix, $1, count) }),
      share(rest, matrix, pivot, count) > 1e-7, rest[pivot * count + pivot] > noise
    else { break }
    order.append(pivot)
    for row in open where row != pivot {
      let factor = rest[row * count + pivot] / rest[pivot * count + pivot]
      for column in open { rest[row * count + column] -= factor * rest[pivot * count + column] }
      rightRest[row] -= factor * rightRest[pivot]
    }
  }
  guard !order.isEmpty else { return nil }
  var scales = [Double](repeating: 0, count: count)
  for (place, pivot) in order.enumerated().reversed() {
    var sum = rightRest[pivot]
    for later in order[(place + 1)...] { sum -= rest[pivot * count + later] * scales[later] }
    scales[pivot] = sum / rest[pivot * count + pivot]
  }
  return scales
}

/// What elimination left of a diagonal element.
private func share(_ rest: [Double], _ matrix: [Double], _ index: Int, _ count: Int) -> Double {
  let whole = matrix[index * count + index]
  return whole > 0 ? rest[index * count + index] / whole : 0
}

/// E − 2 αᵀBᵀq + αᵀBᵀGBα (method.md, equation 3).
package func layerObjective(
  energy: Double, matrix: [Double], right: [Double], scales: [Double]
) -> Double {
  let count = right.count
  var value = energy
  for row in 0..<count {
    value -= 2 * scales[row] * right[row]
    for column in 0..<count {
      value += scales[row] * scales[column] * matrix[row * count + column]
    }
  }
  return value
}

import Foundation

/// Scales of a layer's input channels: where they begin, and the best ones for given codes
/// (method.md, equations 19 and 20).
struct InputScaleFit {
  /// The least scale, relative to the mean of those that the weights suggest: a channel may count for
  /// little, but its scale stays positive.
  static let least: Float = 1e-3
  /// λ, relative to the mean diagonal element of M: channels that the inputs say little of stay
  /// where they are.
  static let ridge = 1e-3

  let problem: LayerProblem
  let channelCount: Int
  /// s², what each filter's outputs count: N.
  let importance: [Double]
  let products: KernelProducts

  /// Kernel positions, which share a channel's scale.
  private var positions: Int { problem.patchLength / channelCount }

  /// c of each input from that of its channel: S.
  func spread(_ scales: [Float]) -> [Float] {
    scales.flatMap { [Float](repeating: $0, count: positions) }
  }

  /// c_i² = mean over filters and positions of w², each filter relative to its own mean: C.
  func start() -> [Float] {
    let size = problem.patchLength
    var squares = [Double](repeating: 0, count: channelCount)
    for filter in 0..<problem.filterCount {
      let own = problem.weights(ofFilter: filter).map { Double($0) * Double($0) }
      let sum = own.reduce(0, +)
      guard sum > 0 else { continue }
      for input in 0..<size { squares[input / positions] += own[input] / sum }
    }
    return bounded(squares.map { Float($0.squareRoot()) })
  }

  /// Of mean square 1, none below ``least``.
  private func bounded(_ scales: [Float]) -> [Float] {
    let mean = scales.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(channelCount)
    guard mean > 0 else { return scales.map { _ in 1 } }
    let root = Float(mean.squareRoot())
    return scales.map { max($0 / root, Self.least) }
  }

  /// The best scales for these weights without scales: with scales of filters fitted behind them, as good
  /// as those before or better.
  ///
  /// - Parameters:
  ///   - scales: c so far, C
  ///   - estimate: x = Σ_k α_k b_k + β, N × S
  /// - Returns: c, C, of mean square 1
  func refitted(_ scales: [Float], estimate: [Float]) -> [Float] {
    var (matrix, right) = normalEquations(estimate)
    let count = channelCount
    let mean = (0..<count).reduce(0.0) { $0 + matrix[$1 * count + $1] } / Double(count)
    guard mean > 0 else { return scales }
    var values = scales.map(Double.init)
    for channel in 0..<count {
      matrix[channel * count + channel] += Self.ridge * mean
      right[channel] += Self.ridge * mean * values[channel]
    }
    descend(matrix, right, &values)
    return bounded(values.map { Float($0) })
  }

  /// Coordinate descent of cᵀMc − 2 vᵀc within c ≥ ``least``: no step raises it, whatever M is.
  private func descend(_ matrix: [Double], _ right: [Double], _ values: inout [Double]) {
    let count = channelCount
    var slope = right
    for row in 0..<count {
      for column in 0..<count { slope[row] -= matrix[row * count + column] * values[column] }
    }
    matrix.withUnsafeBufferPointer { matrix in
      for _ in 0..<200 {
        var largest = 0.0
        for channel in 0..<count {
          let diagonal = matrix[channel * count + channel]
          let next = max(Double(Self.least), values[channel] + slope[channel] / diagonal)
          let change = next - values[channel]
          guard change != 0 else { continue }
          values[channel] = next
          largest = max(largest, abs(change))
          for row in 0..<count { slope[row] -= matrix[channel * count + row] * change }
        }
        if largest < 1e-6 { break }
      }
    }
  }

  /// M = Σ_n s² A(xxᵀ ∘ G)Aᵀ, C × C, and v = Σ_n s² A(x ∘ q), C, where A adds up a channel's kernel
  /// positions.
  private func normalEquations(_ estimate: [Float]) -> (matrix: [Double], right: [Double]) {
    let (size, count, filters) = (problem.patchLength, channelCount, problem.filterCount)
    var weighted = estimate
    var right = [Double](repeating: 0, count: count)
    for filter in 0..<filters {
      for input in 0..<size {
        let index = filter * size + input
        right[input / positions] +=
          importance[filter] * Double(estimate[index]) * Double(problem.correlation[index])
        weighted[index] *= Float(importance[filter])
      }
    }
    var matrix = [Double](repeating: 0, count: count * count)
    // Channels whose rows of Σ s² xxᵀ are made at once: some 8 MiB.
    let atOnce = max(1, (2 << 20) / (size * positions))
    for first in stride(from: 0, to: count, by: atOnce) {
      let channels = first..<min(first + atOnce, count)
      addRows(of: channels, estimate, weighted, to: &matrix)
    }
    return (matrix, right)
  }

  private func addRows(
    of channels: Range<Int>, _ estimate: [Float], _ weighted: [Float], to matrix: inout [Double]
  ) {
    let (size, count) = (problem.patchLength, channelCount)
    let rows = channels.lowerBound * positions..<channels.upperBound * positions
    let moments = AlignedBuffer<Float>(uninitialized: rows.count * size)
    estimate.withUnsafeBufferPointer { estimate in
      weighted.withUnsafeBufferPointer { weighted in
        guard let left = weighted.baseAddress, let right = estimate.baseAddress else { return }
        products.multiply(
          .init(left + rows.lowerBound, rowStride: 1, columnStride: size),
          .init(right, rowStride: size), rows: rows.count, columns: size,
          depth: problem.filterCount, into: moments.base, stride: size)
      }
    }
    problem.gram.withUnsafeBufferPointer { gram in
      matrix.withUnsafeMutableBufferPointer { matrix in
        for row in rows {
          let own = moments.base + (row - rows.lowerBound) * size
          let target = row / positions * count
          for column in 0..<size {
            matrix[target + column / positions] += Double(own[column] * gram[row * size + column])
          }
        }
      }
    }
  }
}

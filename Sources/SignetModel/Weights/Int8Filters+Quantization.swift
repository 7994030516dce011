#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension Int8Filters {
  /// Scales that are tried, as shares of the one that reaches the largest weight: clipping a few
  /// outliers can serve all other weights better.
  private static let shares: [Float] = [1, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7]

  /// Rounds weights to the codes and scales that change each filter least in the sum of squares.
  /// Scales are half-precision numbers wherever those suffice.
  ///
  /// - Parameters:
  ///   - weights: N × S
  ///   - filterCount: N
  /// - Throws: ``WeightError`` if the weights are not N filters of one length, or not all finite.
  public init(quantizing weights: [Float], filterCount: Int) throws(WeightError) {
    guard filterCount > 0, !weights.isEmpty, weights.count % filterCount == 0 else {
      throw .extents(codes: 1, filters: filterCount, patchLength: 0)
    }
    if let index = weights.firstIndex(where: { !$0.isFinite }) {
      throw .notFinite(index: index, found: weights[index])
    }
    let patchLength = weights.count / filterCount
    let peaks = (0..<filterCount).map { filter in
      weights[filter * patchLength..<(filter + 1) * patchLength].reduce(0) { max($0, abs($1)) }
    }
    // Before codes are chosen, so that the codes make up for the scales' rounding.
    let candidates = Self.shares.map { share in
      FloatValues(peaks.map { $0 * share / Float(Self.peak) }).narrowed()
    }
    let isNarrow = candidates.allSatisfy { $0.elementType == .float16 }
    let arrays = candidates.enumerated().map { index, values in
      isNarrow ? values.array : peaks.map { $0 * Self.shares[index] / Float(Self.peak) }
    }
    var scales = [Float](repeating: 1, count: filterCount)
    var codes = [UInt8](repeating: 0, count: weights.count)
    weights.withUnsafeBufferPointer { weights in
      for filter in 0..<filterCount {
        let row = UnsafeBufferPointer(
          rebasing: weights[filter * patchLength..<(filter + 1) * patchLength])
        // A filter too small for a scale of its own becomes zeros.
        let usable = arrays.map { $0[filter] }.filter { $0 >= .leastNormalMagnitude }
        let errors = usable.map { Self.squaredError(row, scale: $0) }
        guard let best = errors.indices.min(by: { errors[$0] < errors[$1] }) else { continue }
        scales[filter] = usable[best]
        for element in 0..<patchLength {
          let code = Int8(Self.code(row[element], inverse: 1 / usable[best]))
          codes[filter * patchLength + element] = UInt8(bitPattern: code)
        }
      }
    }
    let values = FloatValues(scales)
    try self.init(
      bytes: Data(codes), scales: isNarrow ? values.narrowed() : values, filterCount: filterCount,
      patchLength: patchLength)
  }

  private static func code(_ weight: Float, inverse: Float) -> Float {
    let peak = Float(Self.peak)
    return min(peak, max(-peak, (weight * inverse).rounded(.toNearestOrEven)))
  }

  private static func squaredError(
    _ weights: UnsafeBufferPointer<Float>, scale: Float
  ) -> Double {
    let inverse = 1 / scale
    var sum = 0.0
    for weight in weights {
      let error = Double(weight - scale * code(weight, inverse: inverse))
      sum += error * error
    }
    return sum
  }
}

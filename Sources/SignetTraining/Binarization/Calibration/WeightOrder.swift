/// Brings sums over patches to the order of the layer's weights, and to the size that they have where
/// patches count 1 in the mean.
struct WeightOrder {
  /// Where each element of a patch stands among the weights: S
  let positions: [Int]
  let share: Double

  func scaled(_ values: [Double]) -> [Double] { values.map { $0 * share } }

  /// - Parameter values: S
  func reordered(_ values: [Double]) -> [Double] {
    var result = values
    for (index, position) in positions.enumerated() { result[position] = values[index] * share }
    return result
  }

  /// - Parameter rows: R × S
  func reordered(rows: [Float]) -> [Float] {
    let (size, share) = (positions.count, Float(share))
    return [Float](unsafeUninitializedCapacity: rows.count) { buffer, count in
      for row in stride(from: 0, to: rows.count, by: size) {
        for (column, position) in positions.enumerated() {
          buffer.initializeElement(at: row + position, to: rows[row + column] * share)
        }
      }
      count = rows.count
    }
  }

  /// - Parameter gram: S × S, on and above the diagonal
  func reordered(gram: [Float]) -> [Float] {
    let (size, share) = (positions.count, Float(share))
    return [Float](unsafeUninitializedCapacity: size * size) { buffer, count in
      for row in 0..<size {
        for column in row..<size {
          let value = gram[row * size + column] * share
          buffer.initializeElement(at: positions[row] * size + positions[column], to: value)
          buffer.initializeElement(at: positions[column] * size + positions[row], to: value)
        }
      }
      count = size * size
    }
  }

  /// The same where every element stays where it is, without a second matrix.
  func mirrored(gram: consuming [Float]) -> [Float] {
    let (size, share) = (positions.count, Float(share))
    var gram = gram
    gram.withUnsafeMutableBufferPointer { gram in
      for row in 0..<size {
        for column in row..<size {
          let value = gram[row * size + column] * share
          gram[row * size + column] = value
          gram[column * size + row] = value
        }
      }
    }
    return gram
  }
}

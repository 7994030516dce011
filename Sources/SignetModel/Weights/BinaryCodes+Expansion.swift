extension BinaryCodes {
  /// The signs: ΣK_n × S, each −1 or +1.
  public var signs: [Int8] {
    let stride = bytesPerFilter
    return bytes.withUnsafeBytes { (raw: UnsafeRawBufferPointer) -> [Int8] in
      var signs: [Int8] = []
      signs.reserveCapacity(rows.count * patchLength)
      for row in 0..<rows.count {
        for element in 0..<patchLength {
          let byte: UInt8 = raw[row * stride + element / 8]
          signs.append((byte >> UInt8(element % 8)) & 1 == 1 ? 1 : -1)
        }
      }
      return signs
    }
  }

  /// The weights the codes stand for, `c ∘ (Σ_k α_k b_k + β)`: N × S.
  public var expanded: [Float] {
    let signs = signs
    let scales = scales.array
    var weights = [Float](repeating: 0, count: filterCount * patchLength)
    for (row, filter) in rows.filters.enumerated() {
      for element in 0..<patchLength {
        weights[filter * patchLength + element] +=
          scales[row] * Float(signs[row * patchLength + element])
      }
    }
    if let constants {
      for (filter, constant) in constants.array.enumerated() {
        for element in filter * patchLength..<(filter + 1) * patchLength {
          weights[element] += constant
        }
      }
    }
    if let inputScales { inputScales.scale(&weights, patchLength: patchLength) }
    return weights
  }
}

extension InputScales {
  /// Multiplies filters by the factors of their channels.
  ///
  /// - Parameter weights: N × S, as ``BinaryCodes/expanded``
  fileprivate func scale(_ weights: inout [Float], patchLength: Int) {
    let values = values.array
    let area = patchLength / channelCount
    let filtersPerGroup = weights.count / patchLength / groupCount
    for index in weights.indices {
      let (filter, element) = index.quotientAndRemainder(dividingBy: patchLength)
      weights[index] *= values[filter / filtersPerGroup * channelCount + element / area]
    }
  }
}

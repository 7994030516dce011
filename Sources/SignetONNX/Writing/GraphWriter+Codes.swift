import Foundation
import SignetModel

extension GraphWriter {
  /// Packed bits and the operators that make floats of them: each byte is shifted by 0 to 7, the
  /// lowest bit b becomes the sign 2b − 1, the scales multiply the signs, codes are added. Where
  /// filters have different numbers of codes their rows are gathered first; in the place of a code
  /// that a filter lacks stands any row, with a scale of 0.
  mutating func unpacked(
    _ codes: BinaryCodes, _ name: String, shape: [Int]
  ) -> String {
    let (count, filters) = (codes.codeCount, codes.filterCount)
    let stride = codes.bytesPerFilter
    let bytes = packedRows(codes, name)
    let scale = store(
      CodesRecovery.scaleName(name), codes.paddedScales, dims: [count, filters, 1])
    let shifts = store("signet.shifts", .uint8, dims: [8], bytes: Data(0..<8))
    let base = store("signet.base", .uint8, dims: [1], bytes: Data([2]))
    let one = store("signet.one", [1], dims: [1])
    let two = store("signet.two", [2], dims: [1])
    var value = append(
      "BitShift", [bytes, shifts], to: beside("\(name).shifted"),
      [.string("direction", "RIGHT")])
    value = append("Mod", [value, base], to: beside("\(name).bits"))
    value = append("Cast", [value], to: beside("\(name).floats"), [.float32])
    let rows = store("\(name).rows", [count, filters, stride * 8])
    value = append("Reshape", [value, rows], to: beside("\(name).padded"))
    if stride * 8 != codes.patchLength {
      let bounds = [
        store("signet.start", [0]), store("\(name).end", [codes.patchLength]),
        store("signet.last", [2]),
      ]
      value = append("Slice", [value] + bounds, to: beside("\(name).patches"))
    }
    value = append("Mul", [value, two], to: beside("\(name).doubled"))
    value = append("Sub", [value, one], to: beside("\(name).signs"))
    value = append("Mul", [value, scale], to: beside("\(name).scaled"))
    let axes = store("signet.codes_axis", [0])
    value = append(
      "ReduceSum", [value, axes], to: beside("\(name).sum"), [.flag("keepdims", false)])
    value = withConstantsAndInputScales(codes, name, filters: value)
    return append("Reshape", [value, store("\(name).shape", shape)], to: beside(name))
  }

  /// K × N × bytes × 1
  private mutating func packedRows(_ codes: BinaryCodes, _ name: String) -> String {
    let (filters, stride) = (codes.filterCount, codes.bytesPerFilter)
    guard !codes.rows.areEqual else {
      return store(
        CodesRecovery.codesName(name), .uint8, dims: [codes.codeCount, filters, stride, 1],
        bytes: codes.bytes)
    }
    let stored = store(
      CodesRecovery.codesName(name), .uint8, dims: [codes.rows.count, stride, 1],
      bytes: codes.bytes)
    let places = store(
      CodesRecovery.rowsName(name), codes.rowPlaces.map { $0 ?? 0 },
      dims: [codes.codeCount, filters])
    return append("Gather", [stored, places], to: beside("\(name).gathered"))
  }

  /// A signed integer of few bits per weight and code, and a scale per filter.
  mutating func dequantized(
    _ codes: BinaryCodes, _ name: String, shape: [Int]
  ) -> String {
    let signs = codes.signs
    let (filters, length) = (codes.filterCount, codes.patchLength)
    let (places, scales) = (codes.rowPlaces, codes.paddedScales)
    let isComplete = codes.constants == nil && codes.inputScales == nil
    var terms: [String] = []
    for code in 0..<codes.codeCount {
      var bytes = Data(capacity: filters * length)
      for place in places[code * filters..<(code + 1) * filters] {
        if let row = place {
          bytes.append(
            contentsOf: signs[row * length..<(row + 1) * length].map(UInt8.init(bitPattern:)))
        } else {
          bytes.append(Data(count: length))
        }
      }
      let stored = store(signs: bytes, "\(name).signs.\(code)", dims: shape)
      let part = Array(scales[code * filters..<(code + 1) * filters])
      let scale = store("\(name).scale.\(code)", part, dims: [filters])
      let output = beside(codes.codeCount == 1 && isComplete ? name : "\(name).code.\(code)")
      terms.append(append("DequantizeLinear", [stored, scale], to: output, [.integer("axis", 0)]))
    }
    let sum =
      terms.count == 1
      ? terms[0] : append("Sum", terms, to: beside(isComplete ? name : "\(name).sum"))
    guard !isComplete else { return sum }
    let rows = store("\(name).filters", [filters, length])
    let flat = append("Reshape", [sum, rows], to: beside("\(name).flat"))
    let whole = withConstantsAndInputScales(codes, name, filters: flat)
    return append("Reshape", [whole, store("\(name).shape", shape)], to: beside(name))
  }

  /// - Parameter signs: −1, 0 or +1, a byte each
  private mutating func store(signs: Data, _ name: String, dims: [Int]) -> String {
    let type: PackedInteger
    switch encoding {
    case .int2: type = .int2
    case .int4: type = .int4
    case .bits, .int8, .float: return store(name, .int8, dims: dims, bytes: signs)
    }
    return store(name, typeCode: type.rawValue, dims: dims, bytes: type.packed(signs))
  }

  /// - Parameter filters: N × S
  /// - Returns: as many numbers, of any shape
  private mutating func withConstantsAndInputScales(
    _ codes: BinaryCodes, _ name: String, filters: String
  ) -> String {
    var value = filters
    if let constants = codes.constants {
      let stored = store(
        CodesRecovery.constantName(name), constants.array, dims: [codes.filterCount, 1])
      value = append("Add", [value, stored], to: beside("\(name).shifted_filters"))
    }
    guard let scales = codes.inputScales else { return value }
    let (groups, channels) = (scales.groupCount, scales.channelCount)
    let grid = store(
      "\(name).channels",
      [groups, codes.filterCount / groups, channels, codes.patchLength / channels])
    let stored = store(
      CodesRecovery.inputScaleName(name), scales.values.array, dims: [groups, 1, channels, 1])
    value = append("Reshape", [value, grid], to: beside("\(name).by_channel"))
    return append("Mul", [value, stored], to: beside("\(name).scaled_channels"))
  }
}

extension BinaryCodes {
  /// The row of each filter's codes, `nil` where it has fewer: K × N
  fileprivate var rowPlaces: [Int?] {
    let own = rows.ofFilters
    return (0..<codeCount).flatMap { code in
      own.map { code < $0.count ? $0[code] : nil }
    }
  }

  /// α, 0 where a filter has fewer codes: K × N
  fileprivate var paddedScales: [Float] {
    let scales = scales.array
    return rowPlaces.map { $0.map { scales[$0] } ?? 0 }
  }
}

import Foundation
import SignetModel

extension CodesRecovery {
  /// The binary weight whose parts are stored, if it stands for exactly the weight's numbers.
  static func binary(
    _ name: String, _ weight: Weight, _ filters: Int,
    _ constant: (String) -> ConstantTensor?
  ) -> Weight.Storage? {
    guard let bytes = constant(codesName(name)), let scale = constant(scaleName(name)),
      bytes.type == .uint8, let values = bytes.integers,
      let rows = rows(name, bytes.dims, filters, constant),
      let scales = stored(scale.floats, of: rows, filters: filters),
      let codes = try? BinaryCodes(
        bytes: Data(values.map(UInt8.init(truncatingIfNeeded:))), scales: FloatValues(scales),
        rows: rows, patchLength: weight.elementCount / filters,
        constants: constant(constantName(name)).map { FloatValues($0.floats) },
        inputScales: constant(inputScaleName(name)).flatMap(inputScales)),
      codes.expanded == weight.floats
    else { return nil }
    return .binary(codes)
  }

  /// - Parameter dims: of the packed bits: K × N × bytes × 1, or rows × bytes × 1
  private static func rows(
    _ name: String, _ dims: [Int], _ filters: Int, _ constant: (String) -> ConstantTensor?
  ) -> CodeRows? {
    if dims.count == 4 {
      return try? CodeRows(codeCount: dims[0], filterCount: filters)
    }
    guard dims.count == 3, let places = constant(rowsName(name))?.integers,
      !places.isEmpty, places.count % filters == 0
    else { return nil }
    // No further code of a filter has the first row: it stands where there is none.
    var counts = [Int](repeating: 1, count: filters)
    for (index, place) in places.enumerated() where index >= filters && place != 0 {
      counts[index % filters] += 1
    }
    return try? CodeRows(codeCounts: counts)
  }

  /// - Parameter padded: α, 0 where a filter has fewer codes: K × N
  private static func stored(_ padded: [Float], of rows: CodeRows, filters: Int) -> [Float]? {
    guard padded.count == rows.largestCount * filters else { return nil }
    let counts = rows.codeCounts
    return padded.indices.filter { counts[$0 % filters] > $0 / filters }.map { padded[$0] }
  }

  /// - Parameter tensor: groups × 1 × channels × 1
  private static func inputScales(_ tensor: ConstantTensor) -> InputScales? {
    guard tensor.dims.count == 4 else { return nil }
    return try? InputScales(tensor.floats, channelCount: tensor.dims[2])
  }
}

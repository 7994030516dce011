import SignetModel
import Torch

/// What stands beside the codes of a weight that is trained, and stays as it is: how many codes each
/// filter has, and the scales of input channels.
struct LatentParts {
  /// `nil`: as many codes for each filter.
  var rows: CodeRows?
  /// 1 for the codes that filters have, 0 for others: K × O; `nil`: all have all.
  var mask: Tensor?
  var inputScales: InputScales?
  /// c for each filter: O × I × 1 …
  var factors: Tensor?

  /// Nothing.
  init() {}

  /// - Parameter rank: of the weight tensor
  init(_ codes: BinaryCodes, rank: Int) throws(TorchError) {
    if !codes.rows.areEqual {
      rows = codes.rows
      let counts = codes.codeCounts
      mask = try Tensor(
        (0..<codes.codeCount).flatMap { code in counts.map { $0 > code ? 1 : 0 } } as [Float],
        shape: [codes.codeCount, codes.filterCount])
    }
    guard let scales = codes.inputScales else { return }
    inputScales = scales
    let values = scales.values.array
    let perGroup = codes.filterCount / scales.groupCount
    factors = try Tensor(
      (0..<codes.filterCount).flatMap { filter in
        let first = filter / perGroup * scales.channelCount
        return values[first..<first + scales.channelCount]
      },
      shape: [codes.filterCount, scales.channelCount]
        + [Int](repeating: 1, count: max(0, rank - 2)))
  }
}

extension BinaryCodes {
  /// Signs and scales with as many codes for each filter, K × N × S and K × N: those that a filter
  /// lacks have the first one's signs and the scale 0.
  var dense: (signs: [Int8], scales: [Float]) {
    guard !rows.areEqual else { return (signs, scales.array) }
    let (own, signs, scales) = (rows.ofFilters, signs, scales.array)
    var dense: (signs: [Int8], scales: [Float]) = ([], [])
    for code in 0..<codeCount {
      for filter in own {
        let row = code < filter.count ? filter[code] : filter[0]
        dense.signs += signs[row * patchLength..<(row + 1) * patchLength]
        dense.scales.append(code < filter.count ? scales[row] : 0)
      }
    }
    return dense
  }

  /// What the codes alone are to come near to, where all that they are part of stands for `weights`:
  /// w/c − β, N × S.
  func codedPart(of weights: [Float]) -> [Float] {
    var part = weights
    if let inputScales {
      let values = inputScales.values.array
      let positions = patchLength / inputScales.channelCount
      let perGroup = filterCount / inputScales.groupCount
      for index in part.indices {
        let group = index / patchLength / perGroup
        let channel = index % patchLength / positions
        part[index] /= values[group * inputScales.channelCount + channel]
      }
    }
    if let constants = constants?.array {
      for index in part.indices { part[index] -= constants[index / patchLength] }
    }
    return part
  }
}

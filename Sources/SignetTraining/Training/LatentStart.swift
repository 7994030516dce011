import SignetModel
import Torch

/// Where latent weights begin: on the codes' side of zero, so that the first evaluation is the
/// hashed network's, and as far from zero as the float network was sure of the sign.
struct LatentStart {
  /// Latent magnitude where hashing chose the other sign than the float weight, relative to the
  /// filter's mean |w|: nearer to zero than most, since the layer alone decided it.
  static let flippedMagnitude: Float = 0.6

  let codes: BinaryCodes
  /// The float teacher's weight, O × …; without one all latents of a filter are equally far from
  /// zero.
  let teacher: [Float]?
  var straightThrough = StraightThrough()

  /// Whether the signs can stay when each filter's latents are brought to zero mean: codes that are
  /// all alike cannot.
  var canStandardize: Bool {
    let length = codes.patchLength
    let signs = codes.dense.signs
    return stride(from: 0, to: signs.count, by: max(1, length)).allSatisfy {
      Set(signs[$0..<$0 + length]).count == 2
    }
  }

  /// K × N × S
  func latents() -> [Float] {
    var latents = plainLatents()
    let scales = codes.dense.scales
    let length = codes.patchLength
    let balances = straightThrough.standardizes && canStandardize
    for (row, scale) in scales.enumerated() {
      let range = row * length..<(row + 1) * length
      if balances { Self.balance(&latents[range]) }
      guard straightThrough.scale == .mean else { continue }
      // The scale is then their mean magnitude. One of zero would leave no signs.
      let mean = latents[range].reduce(0) { $0 + abs($1) } / Float(length)
      let factor = max(scale, .leastNormalMagnitude * 1e6) / mean
      for element in range { latents[element] *= factor }
    }
    return latents
  }

  /// Brings latents of both signs to zero mean without changing a sign: those of either sign get
  /// the same sum. None is left so near zero that the mean's rounding could turn it.
  private static func balance(_ row: inout ArraySlice<Float>) {
    let mean = row.reduce(0) { $0 + abs($1) } / Float(row.count)
    for element in row.indices where abs(row[element]) < 1e-3 * mean {
      row[element] = row[element] < 0 ? -1e-3 * mean : 1e-3 * mean
    }
    let positive = row.reduce(0) { $0 + max(0, Double($1)) }
    let negative = row.reduce(0) { $0 - min(0, Double($1)) }
    let half = (positive + negative) / 2
    for element in row.indices {
      row[element] *= Float(half / (row[element] < 0 ? negative : positive))
    }
  }

  private func plainLatents() -> [Float] {
    let (signs, scales) = codes.dense
    var latents = [Float](repeating: 0, count: signs.count)
    for filter in 0..<codes.filterCount {
      for code in 0..<codes.codeCount {
        let row = (code * codes.filterCount + filter) * codes.patchLength
        let target = residual(filter: filter, code: code, signs: signs, scales: scales)
        let mean = target.reduce(0) { $0 + abs($1) } / Float(codes.patchLength)
        // A filter of zeros has no magnitude; any will do, since only the sign counts.
        let flipped = mean > 0 ? Self.flippedMagnitude * mean : 1
        for element in 0..<codes.patchLength {
          let sign = Float(signs[row + element])
          let agreement = sign * target[element]
          latents[row + element] = sign * (agreement > 0 ? agreement : flipped)
        }
      }
    }
    return latents
  }

  /// What code `code` of a filter stands for, given the others: w/c − β − Σ_{i≠k} α_i b_i, S numbers.
  private func residual(
    filter: Int, code: Int, signs: [Int8], scales: [Float]
  ) -> [Float] {
    let length = codes.patchLength
    guard let teacher else {
      let row = code * codes.filterCount + filter
      return (0..<length).map { abs(scales[row]) * Float(signs[row * length + $0]) }
    }
    var target = Array(teacher[filter * length..<(filter + 1) * length])
    for other in 0..<codes.codeCount where other != code {
      let row = other * codes.filterCount + filter
      for element in 0..<length {
        target[element] -= scales[row] * Float(signs[row * length + element])
      }
    }
    return target
  }
}

extension LatentWeight {
  /// A hashed layer's latents; `teacher` is used where its shape is the layer's.
  ///
  /// - Parameter isNormalized: whether filters are brought to ``usualMagnitude(patchLength:)``
  init(
    weight: Weight, codes: BinaryCodes, teacher: Weight?, straightThrough: StraightThrough,
    isNormalized: Bool = false
  ) throws(TorchError) {
    let floats = teacher.flatMap { $0.shape == weight.shape && !$0.isBinary ? $0.floats : nil }
    let start = LatentStart(
      codes: codes, teacher: floats.map(codes.codedPart), straightThrough: straightThrough)
    var latents = start.latents()
    // A scale that is the latents' magnitude would change with it.
    if isNormalized, straightThrough.scale != .mean {
      Self.normalize(&latents, codes: codes)
    }
    try self.init(
      latents: latents, scales: codes.dense.scales, codeCount: codes.codeCount,
      shape: weight.shape, standardizes: straightThrough.standardizes && start.canStandardize)
    parts = try LatentParts(codes, rank: weight.shape.count)
    constant = try codes.constants.map { (constants) throws(TorchError) in
      try Tensor(constants.array, shape: [constants.count])
    }
  }

  /// A float layer made binary: the weights themselves are the latents, α = mean|w| (BWN).
  init(binarizing weight: Weight, straightThrough: StraightThrough) throws(TorchError) {
    let floats = weight.floats
    let length = max(1, floats.count / max(1, weight.shape.first ?? 1))
    let scales = stride(from: 0, to: floats.count, by: length).map { start in
      floats[start..<start + length].reduce(0) { $0 + abs($1) } / Float(length)
    }
    try self.init(
      latents: floats, scales: scales, codeCount: 1, shape: weight.shape,
      standardizes: straightThrough.standardizes)
  }

  private init(
    latents: [Float], scales: [Float], codeCount: Int, shape: [Int], standardizes: Bool
  ) throws(TorchError) {
    self.standardizes = standardizes
    latent = try Tensor(latents, shape: [codeCount] + shape)
    scale = try Tensor(scales, shape: [codeCount, shape.first ?? 1])
  }

  /// The weight as codes and scales. A scale that training made negative changes its codes' signs
  /// instead: the product is the same.
  func codes(_ scaleKind: StraightThrough.Scale = .learned) throws -> BinaryCodes {
    let scales = try scales(scaleKind).toFloats()
    let latents = try signed().toFloats()
    let shape = scale.shape
    let rows = try parts.rows ?? CodeRows(codeCount: shape[0], filterCount: shape[1])
    let length = latents.count / max(1, scales.count)
    var taken = [Int](repeating: 0, count: shape[1])
    var (signs, magnitudes) = ([Int8](), [Float]())
    for filter in rows.filters {
      let row = taken[filter] * shape[1] + filter
      taken[filter] += 1
      magnitudes.append(abs(scales[row]))
      for element in row * length..<(row + 1) * length {
        signs.append((latents[element] < 0) != (scales[row] < 0) ? -1 : 1)
      }
    }
    return try BinaryCodes(
      signs: signs, scales: magnitudes, rows: rows, patchLength: length,
      constants: constant?.toFloats(), inputScales: parts.inputScales)
  }
}

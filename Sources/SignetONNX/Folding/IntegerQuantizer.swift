/// How exports of quantised training say that numbers are rounded to few bits: the operator `Quant`.
///
/// `round(clip(x / scale + zero point))`, and back.
struct IntegerQuantizer {
  let bounds: ClosedRange<Float>
  let rounding: Rounding

  enum Rounding: String {
    case nearest = "ROUND"
    case down = "FLOOR"
    case up = "CEIL"

    var rule: FloatingPointRoundingRule {
      switch self {
      case .nearest: .toNearestOrEven
      case .down: .down
      case .up: .up
      }
    }
  }

  /// - Parameter bits: width of the whole numbers
  init(_ attributes: Attributes, bits: ConstantTensor) throws(NodeFailure) {
    let isSigned = try attributes.flag("signed", default: true)
    let isNarrow = try attributes.flag("narrow")
    let mode = try attributes.string("rounding_mode") ?? "ROUND"
    guard let rounding = Rounding(rawValue: mode.uppercased()) else {
      throw NodeFailure("rounding_mode", expected: "ROUND, FLOOR or CEIL", found: mode)
    }
    guard bits.count == 1, let width = bits.floats.first, width.rounded() == width,
      (1...24).contains(width)
    else {
      throw NodeFailure(
        "bitwidth", expected: "a whole number from 1 to 24", found: bits.floats.first ?? 0)
    }
    self.rounding = rounding
    let all = Float(1 << Int(width))
    let narrow: Float = isNarrow ? 1 : 0
    bounds = isSigned ? (-all / 2 + narrow)...(all / 2 - 1) : 0...(all - 1 - narrow)
  }

  func callAsFunction(_ x: Float, scale: Float, zeroPoint: Float) -> Float {
    let bounded = min(max(x / scale + zeroPoint, bounds.lowerBound), bounds.upperBound)
    return (bounded.rounded(rounding.rule) - zeroPoint) * scale
  }
}

extension ConstantFolder {
  private static let quantizers: [String: Rule] = [
    "Quant": { folder throws(NodeFailure) in try folder.quantizeToFewBits() },
    "BipolarQuant": { folder throws(NodeFailure) in try folder.quantizeToSigns() },
  ]

  static var quantizerRules: [String: Rule] {
    GraphImporter.quantizerDomains.reduce(into: [:]) { rules, domain in
      for (name, rule) in quantizers { rules["\(domain).\(name)"] = rule }
    }
  }

  private mutating func quantizeToFewBits() throws(NodeFailure) -> [ConstantTensor] {
    let quantizer = try IntegerQuantizer(attributes, bits: try input(3, "bitwidth"))
    let data = try input(0, "x")
    let scales = try beside(data, 1, "scale")
    let zeros = try beside(data, 2, "zeropt")
    let values = data.floats.indices.map {
      quantizer(data.floats[$0], scale: scales[$0], zeroPoint: zeros[$0])
    }
    return [ConstantTensor(dims: data.dims, floats: values)]
  }

  private mutating func quantizeToSigns() throws(NodeFailure) -> [ConstantTensor] {
    let data = try input(0, "x")
    let scales = try beside(data, 1, "scale")
    let values = zip(data.floats, scales).map { $0 < 0 ? -$1 : $1 }
    return [ConstantTensor(dims: data.dims, floats: values)]
  }

  /// A number of another input for each element.
  private mutating func beside(
    _ data: ConstantTensor, _ index: Int, _ name: String
  ) throws(NodeFailure) -> [Float] {
    let tensor = try input(index, name)
    guard Axis.broadcast(data.dims, tensor.dims) == data.dims else {
      throw NodeFailure(name, expected: "numbers that fit \(data.dims)", found: tensor.dims)
    }
    _ = try budget.claim(data.dims)
    return Self.broadcast(tensor.floats, tensor.dims, to: data.dims)
  }
}

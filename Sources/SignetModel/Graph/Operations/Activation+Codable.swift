extension Activation: Codable {
  /// The function's name in the model file.
  public var name: String {
    switch self {
    case .leakyRelu: "leakyRelu"
    case .clip: "clip"
    case .sigmoid: "sigmoid"
    case .hardSigmoid: "hardSigmoid"
    case .hardSwish: "hardSwish"
    case .silu: "silu"
    case .elu: "elu"
    case .thresholdedRelu: "thresholdedRelu"
    case .power: "power"
    case .elementary(let function): function.rawValue
    }
  }

  /// Every function's name.
  static let names =
    [
      "leakyRelu", "clip", "sigmoid", "hardSigmoid", "hardSwish", "silu", "elu", "thresholdedRelu",
      "power",
    ] + Elementary.allCases.map(\.rawValue)

  private enum CodingKeys: String, CodingKey {
    case function, slope, offset, minimum, maximum, scale, gain, reach, threshold, exponent
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    func number(_ key: CodingKeys) throws -> Float { try container.decode(Float.self, forKey: key) }
    let name = try container.decode(String.self, forKey: .function)
    switch name {
    case "leakyRelu": self = .leakyRelu(slope: try number(.slope))
    case "clip":
      self = .clip(
        minimum: try container.decodeIfPresent(Float.self, forKey: .minimum),
        maximum: try container.decodeIfPresent(Float.self, forKey: .maximum))
    case "sigmoid": self = .sigmoid
    case "hardSigmoid":
      self = .hardSigmoid(slope: try number(.slope), offset: try number(.offset))
    case "hardSwish": self = .hardSwish
    case "silu": self = .silu
    case "elu":
      self = .elu(scale: try number(.scale), gain: try number(.gain), reach: try number(.reach))
    case "thresholdedRelu": self = .thresholdedRelu(threshold: try number(.threshold))
    case "power": self = .power(exponent: try number(.exponent))
    default:
      guard let function = Elementary(rawValue: name) else {
        throw DecodingError.dataCorruptedError(
          forKey: .function, in: container,
          debugDescription: "expected one of \(Self.names.joined(separator: ", ")), found '\(name)'"
        )
      }
      self = .elementary(function)
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(name, forKey: .function)
    switch self {
    case .leakyRelu(let slope): try container.encode(slope, forKey: .slope)
    case .clip(let minimum, let maximum):
      try container.encodeIfPresent(minimum, forKey: .minimum)
      try container.encodeIfPresent(maximum, forKey: .maximum)
    case .hardSigmoid(let slope, let offset):
      try container.encode(slope, forKey: .slope)
      try container.encode(offset, forKey: .offset)
    case .elu(let scale, let gain, let reach):
      try container.encode(scale, forKey: .scale)
      try container.encode(gain, forKey: .gain)
      try container.encode(reach, forKey: .reach)
    case .thresholdedRelu(let threshold): try container.encode(threshold, forKey: .threshold)
    case .power(let exponent): try container.encode(exponent, forKey: .exponent)
    case .sigmoid, .hardSwish, .silu, .elementary: break
    }
  }
}

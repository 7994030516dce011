import Foundation

/// A function from number to number, applied to every element of a value.
public enum Activation: Hashable, Sendable {
  /// `x` where positive, `slope · x` elsewhere.
  case leakyRelu(slope: Float)
  /// `min(max(x, minimum), maximum)`; a missing bound does not bind.
  case clip(minimum: Float?, maximum: Float?)
  /// `1 / (1 + exp(−x))`.
  case sigmoid
  /// `slope · x + offset`, held within 0…1.
  case hardSigmoid(slope: Float, offset: Float)
  /// `x · min(max(x/6 + 1/2, 0), 1)` (MobileNet-v3, section 5.2).
  case hardSwish
  /// `x / (1 + exp(−x))`.
  case silu

  /// The reference of every faster implementation.
  public func callAsFunction(_ x: Float) -> Float {
    switch self {
    case .leakyRelu(let slope): x > 0 ? x : slope * x
    case .clip(let minimum, let maximum): Self.clip(x, minimum, maximum)
    case .sigmoid: 1 / (1 + exp(-x))
    case .hardSigmoid(let slope, let offset): min(max(slope * x + offset, 0), 1)
    case .hardSwish: x * min(max(x / 6 + 0.5, 0), 1)
    case .silu: x / (1 + exp(-x))
    }
  }

  private static func clip(_ x: Float, _ minimum: Float?, _ maximum: Float?) -> Float {
    let raised = minimum.map { max(x, $0) } ?? x
    return maximum.map { min(raised, $0) } ?? raised
  }
}

extension Activation: Codable {
  /// The function's name in the model file.
  public enum Function: String, Sendable, Codable, CaseIterable {
    /// As the case of ``Activation`` of the same name.
    case leakyRelu, clip, sigmoid, hardSigmoid, hardSwish, silu
  }

  /// Which function it is, without its numbers.
  public var function: Function {
    switch self {
    case .leakyRelu: .leakyRelu
    case .clip: .clip
    case .sigmoid: .sigmoid
    case .hardSigmoid: .hardSigmoid
    case .hardSwish: .hardSwish
    case .silu: .silu
    }
  }

  private enum CodingKeys: String, CodingKey {
    case function, slope, offset, minimum, maximum
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    switch try container.decode(Function.self, forKey: .function) {
    case .leakyRelu:
      self = .leakyRelu(slope: try container.decode(Float.self, forKey: .slope))
    case .clip:
      self = .clip(
        minimum: try container.decodeIfPresent(Float.self, forKey: .minimum),
        maximum: try container.decodeIfPresent(Float.self, forKey: .maximum))
    case .sigmoid: self = .sigmoid
    case .hardSigmoid:
      self = .hardSigmoid(
        slope: try container.decode(Float.self, forKey: .slope),
        offset: try container.decode(Float.self, forKey: .offset))
    case .hardSwish: self = .hardSwish
    case .silu: self = .silu
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(function, forKey: .function)
    switch self {
    case .leakyRelu(let slope): try container.encode(slope, forKey: .slope)
    case .clip(let minimum, let maximum):
      try container.encodeIfPresent(minimum, forKey: .minimum)
      try container.encodeIfPresent(maximum, forKey: .maximum)
    case .hardSigmoid(let slope, let offset):
      try container.encode(slope, forKey: .slope)
      try container.encode(offset, forKey: .offset)
    case .sigmoid, .hardSwish, .silu: break
    }
  }
}

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

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
  /// `gain · x` where positive, `gain · scale · (exp(x / reach) − 1)` elsewhere: ELU, SELU and CELU.
  case elu(scale: Float, gain: Float, reach: Float)
  /// `x` where above `threshold`, else 0.
  case thresholdedRelu(threshold: Float)
  /// `x` to the power `exponent`.
  case power(exponent: Float)
  /// A function without parameters.
  case elementary(Elementary)

  /// The reference of every faster implementation.
  public func callAsFunction(_ x: Float) -> Float {
    switch self {
    case .leakyRelu(let slope): x > 0 ? x : slope * x
    case .clip(let minimum, let maximum): Self.clip(x, minimum, maximum)
    case .sigmoid: 1 / (1 + exp(-x))
    case .hardSigmoid(let slope, let offset): min(max(slope * x + offset, 0), 1)
    case .hardSwish: x * min(max(x / 6 + 0.5, 0), 1)
    case .silu: x / (1 + exp(-x))
    case .elu(let scale, let gain, let reach): gain * (x > 0 ? x : scale * expm1(x / reach))
    case .thresholdedRelu(let threshold): x > threshold ? x : 0
    case .power(let exponent): pow(x, exponent)
    case .elementary(let function): function(x)
    }
  }

  private static func clip(_ x: Float, _ minimum: Float?, _ maximum: Float?) -> Float {
    let raised = minimum.map { max(x, $0) } ?? x
    return maximum.map { min(raised, $0) } ?? raised
  }
}

extension Activation {
  /// The numbers that shape the function.
  var constants: [Float] {
    switch self {
    case .leakyRelu(let slope): [slope]
    case .clip(let minimum, let maximum): [minimum, maximum].compactMap(\.self)
    case .hardSigmoid(let slope, let offset): [slope, offset]
    case .elu(let scale, let gain, let reach): [scale, gain, reach]
    case .thresholdedRelu(let threshold): [threshold]
    case .power(let exponent): [exponent]
    case .sigmoid, .hardSwish, .silu, .elementary: []
    }
  }
}

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A function of one number that has no parameters.
public enum Elementary: String, Hashable, Sendable, Codable, CaseIterable {
  /// eˣ, natural logarithm, root, 1/x, |x|, −x, and −1, 0 or 1 by the sign.
  case exp, log, sqrt, reciprocal, abs, negate, sign
  /// To the next whole number below, or above.
  case floor, ceil
  /// To the nearest whole number, halves to the even one.
  case round
  /// Of x in radians; the hyperbolic tangent; the error function.
  case sin, cos, tanh, erf
  /// `x · Φ(x)`, Φ the normal distribution.
  case gelu
  /// The same by tanh.
  case geluTanh
  /// `log(1 + exp(x))`.
  case softplus
  /// `x / (1 + |x|)`.
  case softsign
  /// `x · tanh(softplus(x))`.
  case mish
  /// 1 where x is 0, else 0.
  case not

  /// The reference of every faster implementation.
  public func callAsFunction(_ x: Float) -> Float {
    switch self {
    case .exp: exponential(x)
    case .log: logarithm(x)
    case .sqrt: x.squareRoot()
    case .reciprocal: 1 / x
    case .abs: Swift.abs(x)
    case .negate: -x
    case .sign: x > 0 ? 1 : x < 0 ? -1 : x
    case .floor: x.rounded(.down)
    case .ceil: x.rounded(.up)
    case .round: x.rounded(.toNearestOrEven)
    case .sin: sine(x)
    case .cos: cosine(x)
    case .tanh: hyperbolicTangent(x)
    case .erf: errorFunction(x)
    case .gelu: 0.5 * x * (1 + errorFunction(x * Float(0.5).squareRoot()))
    case .geluTanh:
      0.5 * x * (1 + hyperbolicTangent((2 / Float.pi).squareRoot() * (x + 0.044715 * x * x * x)))
    case .softplus: Self.softplus(x)
    case .softsign: x / (1 + Swift.abs(x))
    case .mish: x * hyperbolicTangent(Self.softplus(x))
    case .not: x == 0 ? 1 : 0
    }
  }

  private static func softplus(_ x: Float) -> Float {
    max(x, 0) + log1p(exponential(-Swift.abs(x)))
  }
}

// The C library's functions, which the cases' names hide.
private func exponential(_ x: Float) -> Float { exp(x) }
private func logarithm(_ x: Float) -> Float { log(x) }
private func sine(_ x: Float) -> Float { sin(x) }
private func cosine(_ x: Float) -> Float { cos(x) }
private func hyperbolicTangent(_ x: Float) -> Float { tanh(x) }
private func errorFunction(_ x: Float) -> Float { erf(x) }

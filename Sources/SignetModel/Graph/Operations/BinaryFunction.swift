#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A function of two numbers, applied to the elements of two values at the same place.
///
/// Comparisons and the logical functions give 1 where they hold and 0 elsewhere; a number other than
/// 0 counts as true.
public enum BinaryFunction: String, Hashable, Sendable, Codable, CaseIterable {
  /// `a + b`, `a − b`, `a · b` and `a / b`.
  case add, subtract, multiply, divide
  /// The smaller or larger of both; not a number where one of them is none.
  case minimum, maximum
  /// `a` to the power `b`.
  case power
  /// What is left of `a / b` with the quotient rounded to zero: it has the sign of `a`.
  case remainder
  /// 1 where the comparison of `a` with `b` holds, else 0.
  case equal, less, lessOrEqual, greater, greaterOrEqual
  /// 1 where both, at least one or just one of them is not 0, else 0.
  case and, or, exclusiveOr

  /// The reference of every faster implementation.
  public func callAsFunction(_ a: Float, _ b: Float) -> Float {
    switch self {
    case .add: a + b
    case .subtract: a - b
    case .multiply: a * b
    case .divide: a / b
    case .minimum: a.isNaN || b.isNaN ? .nan : min(a, b)
    case .maximum: a.isNaN || b.isNaN ? .nan : max(a, b)
    case .power: pow(a, b)
    case .remainder: fmod(a, b)
    case .equal: a == b ? 1 : 0
    case .less: a < b ? 1 : 0
    case .lessOrEqual: a <= b ? 1 : 0
    case .greater: a > b ? 1 : 0
    case .greaterOrEqual: a >= b ? 1 : 0
    case .and: a != 0 && b != 0 ? 1 : 0
    case .or: a != 0 || b != 0 ? 1 : 0
    case .exclusiveOr: (a != 0) != (b != 0) ? 1 : 0
    }
  }
}

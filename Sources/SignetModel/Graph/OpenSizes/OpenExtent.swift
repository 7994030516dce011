/// A number that follows the extents of earlier values: `numerator · Π extents / denominator + offset`.
public struct OpenExtent: Hashable, Sendable, Codable {
  /// One extent of one value.
  public struct Factor: Hashable, Sendable, Codable {
    /// The value's name.
    public var value: String
    /// Which of its extents, from 0.
    public var axis: Int

    /// Extent `axis` of `value`.
    public init(value: String, axis: Int) {
      self.value = value
      self.axis = axis
    }
  }

  /// Extents that are multiplied.
  public var factors: [Factor]
  /// Multiplies the extents.
  public var numerator: Int
  /// Not 0.
  public var denominator: Int
  /// Added at the end.
  public var offset: Int

  /// The product of the factors by default.
  public init(factors: [Factor], numerator: Int = 1, denominator: Int = 1, offset: Int = 0) {
    self.factors = factors
    self.numerator = numerator
    self.denominator = denominator
    self.offset = offset
  }

  /// The number for values of given shapes; `nil` where it is no whole number, or one of the values
  /// is not there.
  func value(_ shapes: [String: Shape]) -> Int? {
    var product = numerator
    for factor in factors {
      guard let shape = shapes[factor.value], shape.extents.indices.contains(factor.axis) else {
        return nil
      }
      let (next, overflow) = product.multipliedReportingOverflow(by: shape.extents[factor.axis])
      guard !overflow else { return nil }
      product = next
    }
    guard denominator != 0, denominator != -1 || product != .min, product % denominator == 0 else {
      return nil
    }
    let (sum, overflow) = (product / denominator).addingReportingOverflow(offset)
    return overflow ? nil : sum
  }
}

/// How a node's numbers follow the extents of a network whose inputs have some open.
public enum SizeRule: Hashable, Sendable, Codable {
  /// By the operation's sizes; `nil` for a number that stays.
  case extents([OpenExtent?])
  /// Padding such that a window of stride s gives an s-th of the input's extent, rounded up; what is
  /// odd goes behind, or before if not `upper`.
  case samePadding(upper: Bool)
}

extension SizeRule {
  /// The same rule where some values have other names.
  func renaming(_ names: [String: String]) -> SizeRule {
    guard case .extents(let extents) = self else { return self }
    return .extents(
      extents.map { extent in
        var extent = extent
        for index in extent?.factors.indices ?? 0..<0 {
          let value = extent?.factors[index].value ?? ""
          extent?.factors[index].value = names[value] ?? value
        }
        return extent
      })
  }
}

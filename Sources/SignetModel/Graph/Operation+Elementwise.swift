/// Attributes of an affine map with constants.
public struct Affine: Hashable, Sendable, Codable {
  /// Shape of `weight` and `bias`: as many extents as the input, each the input's or 1.
  public var shape: Shape
  public var hasWeight: Bool
  public var hasBias: Bool

  public init(shape: Shape, hasWeight: Bool = true, hasBias: Bool = true) {
    self.shape = shape
    self.hasWeight = hasWeight
    self.hasBias = hasBias
  }
}

/// Attributes of local response normalisation:
/// `y_c = x_c / (bias + alpha/size · Σ x²)^beta`, the sum over the channels from
/// `c − ⌊(size−1)/2⌋` to `c + ⌈(size−1)/2⌉` that exist.
public struct LocalResponseNorm: Hashable, Sendable, Codable {
  public var size: Int
  public var alpha: Float
  public var beta: Float
  public var bias: Float

  public init(size: Int, alpha: Float = 1e-4, beta: Float = 0.75, bias: Float = 1) {
    self.size = size
    self.alpha = alpha
    self.beta = beta
    self.bias = bias
  }

  /// Channels below `c` that count.
  public var channelsBefore: Int { (size - 1) / 2 }
  /// Channels above `c` that count.
  public var channelsAfter: Int { size / 2 }
}

/// Attributes of a permutation of axes.
public struct Transposition: Hashable, Sendable, Codable {
  /// The input's elements read as a grid of these extents, outermost first.
  public var extents: [Int]
  /// Axis `i` of the result is axis `order[i]` of that grid.
  public var order: [Int]
  /// The result's shape, its elements in the permuted grid's order.
  public var shape: Shape

  public init(extents: [Int], order: [Int], shape: Shape) {
    self.extents = extents
    self.order = order
    self.shape = shape
  }
}

/// Attributes of an affine map with constants.
public struct Affine: Hashable, Sendable, Codable {
  /// Shape of `weight` and `bias`: as many extents as the input, each the input's or 1.
  public var shape: Shape
  /// Whether values are multiplied by a tensor `weight`.
  public var hasWeight: Bool
  /// Whether a tensor `bias` is added.
  public var hasBias: Bool

  /// At least one of weight and bias must be there; the graph checks it.
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
  /// Channels in a sum.
  public var size: Int
  /// Factor on the sum of squares, divided by `size`.
  public var alpha: Float
  /// The power of the divisor.
  public var beta: Float
  /// Added to the sum before it is raised to the power.
  public var bias: Float

  /// PyTorch's numbers by default.
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

  /// The permutation `order` of a grid of `extents`, read as `shape`; the graph checks that they
  /// fit.
  public init(extents: [Int], order: [Int], shape: Shape) {
    self.extents = extents
    self.order = order
    self.shape = shape
  }

  /// Exchanges the channels' groups and their places within a group (ShuffleNet, section 3.1).
  public static func channelShuffle(groups: Int, of shape: Shape) -> Transposition {
    let channels = groups > 0 ? shape.channels / groups : 0
    return Transposition(
      extents: [groups, channels, shape.height, shape.width], order: [1, 0, 2, 3], shape: shape)
  }
}

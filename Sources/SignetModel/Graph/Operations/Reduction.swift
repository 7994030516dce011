/// One number made of many along some axes.
public struct Reduction: Hashable, Sendable, Codable {
  public enum Function: String, Hashable, Sendable, Codable, CaseIterable {
    case sum, mean, maximum, minimum, product
    /// Σ x².
    case sumOfSquares
    /// Σ |x|.
    case l1
    /// √(Σ x²).
    case l2
    /// log Σ x.
    case logSum
    /// log Σ exp(x).
    case logSumExp
  }

  public var function: Function
  /// The input's elements read as a grid of these extents, outermost first.
  public var extents: [Int]
  /// Axes of the grid that are left out, ascending; at least one.
  public var axes: [Int]
  /// The result's shape: the elements of the axes that stay, in their order.
  public var shape: Shape

  public init(function: Function, extents: [Int], axes: [Int], shape: Shape) {
    self.function = function
    self.extents = extents
    self.axes = axes
    self.shape = shape
  }
}

/// Where along an axis the largest or smallest number stands.
public struct ArgExtreme: Hashable, Sendable, Codable {
  public var isMaximum: Bool
  /// Of equal numbers the last counts instead of the first.
  public var takesLast: Bool
  /// The input's elements read as a grid of these extents, outermost first.
  public var extents: [Int]
  public var axis: Int
  /// The result's shape: the elements of the other axes, in their order.
  public var shape: Shape

  public init(isMaximum: Bool, takesLast: Bool = false, extents: [Int], axis: Int, shape: Shape) {
    self.isMaximum = isMaximum
    self.takesLast = takesLast
    self.extents = extents
    self.axis = axis
    self.shape = shape
  }
}

/// `(x − mean) / √(variance + epsilon)` with mean and variance along some axes: what layer, group and
/// instance normalisation begin with.
public struct Normalization: Hashable, Sendable, Codable {
  /// The input's elements read as a grid of these extents, outermost first.
  public var extents: [Int]
  /// Axes of the grid that are averaged over, ascending; at least one.
  public var axes: [Int]
  public var epsilon: Float

  public init(extents: [Int], axes: [Int], epsilon: Float = 1e-5) {
    self.extents = extents
    self.axes = axes
    self.epsilon = epsilon
  }
}

/// Products of matrices, two values' elements read as `batch × rows × inner` and
/// `batch × inner × columns`.
public struct MatrixProduct: Hashable, Sendable, Codable {
  public var batch: Int
  public var rows: Int
  public var inner: Int
  public var columns: Int
  /// The result's shape, its elements in the order `batch × rows × columns`.
  public var shape: Shape

  public init(batch: Int = 1, rows: Int, inner: Int, columns: Int, shape: Shape) {
    self.batch = batch
    self.rows = rows
    self.inner = inner
    self.columns = columns
    self.shape = shape
  }
}

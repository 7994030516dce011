/// One number made of many along some axes.
public struct Reduction: Hashable, Sendable, Codable {
  /// What the many become.
  public enum Function: String, Hashable, Sendable, Codable, CaseIterable {
    /// Σ x, its mean, the largest, the smallest, and Π x.
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

  /// What the many become.
  public var function: Function
  /// The input's elements read as a grid of these extents, outermost first.
  public var extents: [Int]
  /// Axes of the grid that are left out, ascending; at least one.
  public var axes: [Int]
  /// The result's shape: the elements of the axes that stay, in their order.
  public var shape: Shape

  /// Whether grid, axes and shape fit each other is checked by the graph.
  public init(function: Function, extents: [Int], axes: [Int], shape: Shape) {
    self.function = function
    self.extents = extents
    self.axes = axes
    self.shape = shape
  }
}

/// Where along an axis the largest or smallest number stands.
public struct ArgExtreme: Hashable, Sendable, Codable {
  /// The largest is looked for, else the smallest.
  public var isMaximum: Bool
  /// Of equal numbers the last counts instead of the first.
  public var takesLast: Bool
  /// The input's elements read as a grid of these extents, outermost first.
  public var extents: [Int]
  /// The axis of the grid that is looked along.
  public var axis: Int
  /// The result's shape: the elements of the other axes, in their order.
  public var shape: Shape

  /// Whether grid, axis and shape fit each other is checked by the graph.
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
  /// Added to the variance before the root.
  public var epsilon: Float

  /// Whether grid and axes fit each other is checked by the graph.
  public init(extents: [Int], axes: [Int], epsilon: Float = 1e-5) {
    self.extents = extents
    self.axes = axes
    self.epsilon = epsilon
  }
}

/// Products of matrices, two values' elements read as `batch × rows × inner` and
/// `batch × inner × columns`.
public struct MatrixProduct: Hashable, Sendable, Codable {
  /// Products, each of its own two matrices.
  public var batch: Int
  /// Rows of the left matrix and of the result.
  public var rows: Int
  /// Columns of the left matrix, rows of the right one.
  public var inner: Int
  /// Columns of the right matrix and of the result.
  public var columns: Int
  /// The result's shape, its elements in the order `batch × rows × columns`.
  public var shape: Shape

  /// Whether the extents fit the values and the shape is checked by the graph.
  public init(batch: Int = 1, rows: Int, inner: Int, columns: Int, shape: Shape) {
    self.batch = batch
    self.rows = rows
    self.inner = inner
    self.columns = columns
    self.shape = shape
  }
}

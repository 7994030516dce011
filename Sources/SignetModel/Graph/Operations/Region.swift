/// Elements of a value picked, repeated or left out along each axis.
///
/// Element `i` along axis `a` of the result is element `start + step · (i mod count)` of the input,
/// `count` being how many a period takes: a step of 0 repeats one element, a negative one goes
/// backwards, and more elements than a period has start over.
public struct Region: Hashable, Sendable, Codable {
  /// What is picked along one axis.
  public struct Axis: Hashable, Sendable, Codable {
    /// Elements of the input.
    public var extent: Int
    /// The first element of a period, from 0.
    public var start: Int
    /// From one element of a period to the next.
    public var step: Int
    /// Elements of a period.
    public var count: Int
    /// Periods.
    public var repeats: Int

    /// Takes all, once, by default.
    public init(extent: Int, start: Int = 0, step: Int = 1, count: Int? = nil, repeats: Int = 1) {
      self.extent = extent
      self.start = start
      self.step = step
      self.count = count ?? extent
      self.repeats = repeats
    }

    /// Elements of the result.
    public var length: Int { count &* repeats }

    /// Which element of the input stands at `position`.
    public func source(of position: Int) -> Int { start + step * (position % count) }
  }

  /// The input's elements are a grid of the axes' extents, outermost first.
  public var axes: [Axis]
  /// The result's shape, its elements in the order of the picked grid.
  public var shape: Shape

  /// Whether axes and shape fit each other is checked by the graph.
  public init(axes: [Axis], shape: Shape) {
    self.axes = axes
    self.shape = shape
  }
}

/// Elements at given places along one axis.
public struct Selection: Hashable, Sendable, Codable {
  /// The input's elements read as a grid of these extents, outermost first.
  public var extents: [Int]
  /// The axis of the grid that is picked along.
  public var axis: Int
  /// Places along the axis, each within it.
  public var places: [Int]
  /// The result's shape, its elements in the picked grid's order.
  public var shape: Shape

  /// Whether grid, axis, places and shape fit each other is checked by the graph.
  public init(extents: [Int], axis: Int, places: [Int], shape: Shape) {
    self.extents = extents
    self.axis = axis
    self.places = places
    self.shape = shape
  }
}

extension Pad.Mode {
  /// Where along one axis each element of a padded map comes from; `nil` for ``Pad/value``.
  ///
  /// - Parameters:
  ///   - extent: elements of the map
  ///   - before: elements added before them
  ///   - after: elements added after them
  public func sources(extent: Int, before: Int, after: Int) -> [Int?] {
    (-before..<extent + after).map { source(of: $0, extent: extent) }
  }

  /// Where along one axis the element at `position` comes from, counted from the map's first element,
  /// which has those added before it at negative positions; `nil` for ``Pad/value``.
  public func source(of position: Int, extent: Int) -> Int? {
    if (0..<extent).contains(position) { return position }
    switch self {
    case .constant: return nil
    case .edge: return min(max(position, 0), extent - 1)
    case .reflect: return position < 0 ? -position : 2 * (extent - 1) - position
    case .wrap: return position < 0 ? position + extent : position - extent
    }
  }
}

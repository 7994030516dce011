extension Resize {
  /// An element of the input and how much of it counts.
  public struct Tap: Hashable, Sendable {
    /// Along the input's axis, from 0.
    public var index: Int
    /// What it is multiplied by.
    public var weight: Float
  }

  /// What each element of the result along one axis is made of; empty for ``extrapolation``.
  ///
  /// - Parameters:
  ///   - axis: height or width
  ///   - extent: elements of the input
  /// - Returns: one list per element of the result
  public func taps(_ axis: Axis, extent: Int) -> [[Tap]] {
    // A scale of 1 changes nothing, whatever the coordinates.
    if axis.size == extent, axis.scale == 1, coordinates != .tfCropAndResize {
      return (0..<extent).map { [Tap(index: $0, weight: 1)] }
    }
    return (0..<axis.size).map { position in
      let place = place(of: position, axis, extent: extent)
      if coordinates == .tfCropAndResize, place < 0 || place > Double(extent - 1) { return [] }
      switch mode {
      case .nearest:
        let index = nearest(place)
        return [Tap(index: min(max(index, 0), extent - 1), weight: 1)]
      case .linear, .cubic:
        return interpolated(place, scale: Double(axis.scale), extent: extent)
      }
    }
  }

  /// Where in the input an element of the result lies.
  private func place(of position: Int, _ axis: Axis, extent: Int) -> Double {
    let (position, size, extent) = (Double(position), Double(axis.size), Double(extent))
    let scale = Double(axis.scale)
    switch coordinates {
    case .halfPixel: return (position + 0.5) / scale - 0.5
    case .pytorchHalfPixel: return size > 1 ? (position + 0.5) / scale - 0.5 : 0
    case .halfPixelSymmetric:
      // What the size lacks of scale · extent is cut off evenly at both ends.
      let adjustment = size / (scale * extent)
      let offset = extent / 2 * (1 - adjustment)
      return offset + (position + 0.5) / scale - 0.5
    case .alignCorners: return size > 1 ? position * (extent - 1) / (size - 1) : 0
    case .asymmetric: return position / scale
    case .tfHalfPixelForNN: return (position + 0.5) / scale
    case .tfCropAndResize:
      let (start, end) = (Double(axis.start), Double(axis.end))
      guard size > 1 else { return 0.5 * (start + end) * (extent - 1) }
      return start * (extent - 1) + position * (end - start) * (extent - 1) / (size - 1)
    }
  }

  private func nearest(_ place: Double) -> Int {
    // Scales are rounded to float; a place must not fall short of a number by that.
    let place = (place * 0x1p24).rounded() / 0x1p24
    switch rounding {
    case .roundPreferFloor: return Int((place - 0.5).rounded(.up))
    case .roundPreferCeil: return Int((place + 0.5).rounded(.down))
    case .floor: return Int(place.rounded(.down))
    case .ceil: return Int(place.rounded(.up))
    }
  }

  private func interpolated(_ place: Double, scale: Double, extent: Int) -> [Tap] {
    let base = Int(place.rounded(.down))
    let shrinking = antialiases ? min(scale, 1) : 1
    let reach = Double(mode == .linear ? 1 : 2) / shrinking
    var weights: [Int: Double] = [:]
    var total = 0.0
    var first = base - Int(reach.rounded(.up)) + 1
    var last = base + Int(reach.rounded(.up))
    if !antialiases {
      first = mode == .linear ? base : base - 1
      last = mode == .linear ? base + 1 : base + 2
    }
    for index in first...last {
      let distance = abs(place - Double(index)) * shrinking
      let weight = mode == .linear ? max(0, 1 - distance) : cubic(distance)
      if excludesOutside && !(0..<extent).contains(index) { continue }
      weights[min(max(index, 0), extent - 1), default: 0] += weight
      total += weight
    }
    let isWhole = !(excludesOutside || antialiases)
    return weights.sorted { $0.key < $1.key }.compactMap { index, weight in
      weight == 0 ? nil : Tap(index: index, weight: Float(isWhole ? weight : weight / total))
    }
  }

  /// Keys' cubic convolution kernel.
  private func cubic(_ distance: Double) -> Double {
    let a = Double(cubicCoefficient)
    if distance <= 1 {
      return ((a + 2) * distance - (a + 3)) * distance * distance + 1
    }
    if distance < 2 {
      return ((distance - 5) * distance + 8) * distance * a - 4 * a
    }
    return 0
  }
}

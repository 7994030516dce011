import SignetModel

/// Operators that resample.
extension GraphImporter {
  static let resizeMappings: [String: Mapping] = [
    "Resize": { importer, context throws(NodeFailure) in try importer.resize(context) },
    "Upsample": { importer, context throws(NodeFailure) in try importer.upsample(context) },
  ]

  private mutating func upsample(_ context: NodeContext) throws(NodeFailure) -> [ImportedValue] {
    try context.requireInputs(atMost: 2)
    let view = try context.activation()
    let older = try context.attributes.floats("scales")
    let scales = try context.floats(1, "scales")?.floats ?? older
    return [
      .activation(
        try resampled(
          context, view, try mode(context), .asymmetric, .floor,
          try axes(of: view, scales: scales, sizes: nil, context)))
    ]
  }

  private mutating func resize(_ context: NodeContext) throws(NodeFailure) -> [ImportedValue] {
    let view = try context.activation()
    guard context.operatorSet > 10 else { return try upsample(context) }
    try context.requireInputs(atMost: 4)
    let coordinates = try Self.coordinates(context)
    let scales = try context.floats(2, "scales")?.floats
    let sizes = try context.integerSamples(input: 3, orAttribute: "sizes")
    var axes = try axes(
      of: view, scales: scales?.isEmpty == true ? nil : scales, sizes: sizes, context)
    if coordinates == .tfCropAndResize {
      let chosen = try chosenAxes(of: view, context)
      guard let roi = try context.floats(1, "roi")?.floats, roi.count == 2 * chosen.count else {
        throw NodeFailure("roi", expected: "two numbers per axis", found: "others")
      }
      for (index, axis) in chosen.enumerated() {
        let (start, end) = (roi[index], roi[index + chosen.count])
        guard axis > 0 else {
          guard start == 0, end == 1 else {
            throw NodeFailure("roi", expected: "0 to 1 for the batch", found: [start, end])
          }
          continue
        }
        axes[axis - 1].start = start
        axes[axis - 1].end = end
      }
    }
    let rounding = try context.attributes.string("nearest_mode") ?? "round_prefer_floor"
    let roundings: [String: Resize.Rounding] = [
      "round_prefer_floor": .roundPreferFloor, "round_prefer_ceil": .roundPreferCeil,
      "floor": .floor, "ceil": .ceil,
    ]
    guard let rounding = roundings[rounding] else {
      throw NodeFailure(
        "nearest_mode", expected: roundings.keys.sorted().joined(separator: ", "), found: rounding)
    }
    return [
      .activation(try resampled(context, view, try mode(context), coordinates, rounding, axes))
    ]
  }

  private func mode(_ context: NodeContext) throws(NodeFailure) -> Resize.Mode {
    let name = try context.attributes.string("mode") ?? "nearest"
    guard let mode = Resize.Mode(rawValue: name) else {
      throw NodeFailure("mode", expected: "nearest, linear or cubic", found: name)
    }
    return mode
  }

  private static func coordinates(
    _ context: NodeContext
  ) throws(NodeFailure) -> Resize.Coordinates {
    let known: [String: Resize.Coordinates] = [
      "half_pixel": .halfPixel, "half_pixel_symmetric": .halfPixelSymmetric,
      "pytorch_half_pixel": .pytorchHalfPixel, "align_corners": .alignCorners,
      "asymmetric": .asymmetric, "tf_half_pixel_for_nn": .tfHalfPixelForNN,
      "tf_crop_and_resize": .tfCropAndResize,
    ]
    let name = try context.attributes.string("coordinate_transformation_mode") ?? "half_pixel"
    guard let coordinates = known[name] else {
      throw NodeFailure(
        "coordinate_transformation_mode", expected: known.keys.sorted().joined(separator: ", "),
        found: name)
    }
    return coordinates
  }

  /// The axes that scales, sizes and regions are given for, the batch counted.
  private func chosenAxes(
    of view: View, _ context: NodeContext
  ) throws(NodeFailure) -> [Int] {
    let rank = view.dims.count + 1
    return try Axis.normalized(
      try context.attributes.integers("axes") ?? Array(0..<rank), rank: rank)
  }

  /// Size and scale of every axis behind the batch.
  private func axes(
    of view: View, scales: [Float]?, sizes: [[Int]]?, _ context: NodeContext
  ) throws(NodeFailure) -> [Resize.Axis] {
    let chosen = try chosenAxes(of: view, context)
    let policy = try context.attributes.string("keep_aspect_ratio_policy") ?? "stretch"
    var axes = view.dims.map { Resize.Axis(size: $0, scale: 1) }
    if let scales {
      guard scales.count == chosen.count, scales.allSatisfy({ $0 > 0 && $0.isFinite }) else {
        throw NodeFailure("scales", expected: "\(chosen.count) numbers above 0", found: scales)
      }
      for (axis, scale) in zip(chosen, scales) {
        guard axis > 0 else {
          guard scale == 1 else {
            throw NodeFailure("scales", expected: "1 for the batch", found: scale)
          }
          continue
        }
        let size = (Double(view.dims[axis - 1]) * Double(scale)).rounded(.down)
        guard size >= 1, size <= Double(1 << 24) else {
          throw NodeFailure("scales", expected: "at least one element", found: scale)
        }
        axes[axis - 1] = Resize.Axis(size: Int(size), scale: scale)
      }
      return axes
    }
    guard let sizes, let first = sizes.first, first.count == chosen.count else {
      throw NodeFailure(
        "sizes", expected: "scales or sizes for \(chosen.count) axes", found: "none")
    }
    for (axis, size) in zip(chosen, first) where axis > 0 {
      guard (1...1 << 24).contains(size) else {
        throw NodeFailure("sizes", expected: "at least one element", found: size)
      }
      axes[axis - 1] = Resize.Axis(size: size, scale: Float(size) / Float(view.dims[axis - 1]))
    }
    guard policy != "stretch" else { return axes }
    guard policy == "not_larger" || policy == "not_smaller" else {
      throw NodeFailure(
        "keep_aspect_ratio_policy", expected: "stretch, not_larger or not_smaller", found: policy)
    }
    let own = chosen.filter { $0 > 0 }.map { axes[$0 - 1].scale }
    let scale = (policy == "not_larger" ? own.min() : own.max()) ?? 1
    for axis in chosen where axis > 0 {
      let size = (Float(view.dims[axis - 1]) * scale).rounded(.toNearestOrAwayFromZero)
      axes[axis - 1] = Resize.Axis(size: max(1, Int(size)), scale: scale)
    }
    return axes
  }

  /// Resamples the two innermost axes together, others one after the other.
  private mutating func resampled(
    _ context: NodeContext, _ view: View, _ mode: Resize.Mode,
    _ coordinates: Resize.Coordinates, _ rounding: Resize.Rounding, _ axes: [Resize.Axis]
  ) throws(NodeFailure) -> View {
    var pattern = Resize(
      mode: mode, coordinates: coordinates, rounding: rounding,
      cubicCoefficient: try context.attributes.float("cubic_coeff_a") ?? -0.75,
      excludesOutside: try context.attributes.flag("exclude_outside"),
      antialiases: try context.attributes.flag("antialias"),
      extrapolation: try context.attributes.float("extrapolation_value") ?? 0,
      height: Resize.Axis(size: 1, scale: 1), width: Resize.Axis(size: 1, scale: 1))
    var view = view
    func changes(_ axis: Int) -> Bool {
      axes[axis] != Resize.Axis(size: view.dims[axis], scale: 1)
    }
    var rest = axes.indices.filter(changes)
    let rank = axes.count
    if rank >= 3, rest.contains(rank - 1) || rest.contains(rank - 2) {
      let outer = view.dims.dropLast(2).reduce(1, *)
      (pattern.height, pattern.width) = (axes[rank - 2], axes[rank - 1])
      let shape = Shape.map(outer, view.dims[rank - 2], view.dims[rank - 1])
      let dims = view.dims.dropLast(2) + [axes[rank - 2].size, axes[rank - 1].size]
      view = try emit(context.name(), .resize(pattern), [try resolve(view, as: shape)])
        .reshaped(Array(dims))
      rest.removeAll { $0 >= rank - 2 }
    }
    for axis in rest {
      let outer = view.dims[..<axis].reduce(1, *)
      let inner = view.dims[(axis + 1)...].reduce(1, *)
      (pattern.height, pattern.width) = (axes[axis], Resize.Axis(size: inner, scale: 1))
      let shape = Shape.map(outer, view.dims[axis], inner)
      var dims = view.dims
      dims[axis] = axes[axis].size
      view = try emit(context.name(), .resize(pattern), [try resolve(view, as: shape)])
        .reshaped(dims)
    }
    return view
  }
}

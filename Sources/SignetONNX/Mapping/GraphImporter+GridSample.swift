import SignetModel

/// Maps read at places that another value holds.
extension GraphImporter {
  static let gridSampleMappings: [String: Mapping] = [
    "GridSample": { importer, context throws(NodeFailure) in
      [.activation(try importer.gridSample(context))]
    }
  ]

  private mutating func gridSample(_ context: NodeContext) throws(NodeFailure) -> View {
    try context.requireInputs(atMost: 2)
    let sample = GridSample(
      mode: try samplingMode(context), padding: try samplingPadding(context),
      alignsCorners: try context.attributes.flag("align_corners"))
    guard let beside = context.inputs.lazy.compactMap({ $0?.view }).first else {
      throw NodeFailure("X", expected: "a value computed from the image", found: "none")
    }
    let name = context.name()
    let map = try sampled(context.input(0), beside: beside, "X", "\(name).map")
    let places = try sampled(context.input(1), beside: beside, "grid", "\(name).grid")
    guard map.dims.count == 3 else {
      throw NodeFailure(
        "X", expected: "channels and two spatial axes", found: Shape(map.dims))
    }
    guard places.dims.count == 3, places.dims[2] == 2 else {
      throw NodeFailure("grid", expected: "N×H×W×2", found: Shape(places.dims))
    }
    return try emit(name, .gridSample(sample), [try resolve(map), try resolve(places)])
  }

  private func samplingMode(_ context: NodeContext) throws(NodeFailure) -> Resize.Mode {
    let mode = try context.attributes.string("mode") ?? "linear"
    switch mode {
    case "nearest": return .nearest
    case "linear", "bilinear": return .linear
    case "cubic", "bicubic": return .cubic
    default: throw NodeFailure("mode", expected: "linear, nearest or cubic", found: mode)
    }
  }

  private func samplingPadding(
    _ context: NodeContext
  ) throws(NodeFailure) -> GridSample.Padding {
    let name = try context.attributes.string("padding_mode") ?? "zeros"
    guard let padding = GridSample.Padding(rawValue: name) else {
      throw NodeFailure("padding_mode", expected: "zeros, border or reflection", found: name)
    }
    return padding
  }

  /// A computed value, or a constant that is the same for every sample.
  private mutating func sampled(
    _ input: ImportedValue?, beside view: View, _ attribute: String, _ name: String
  ) throws(NodeFailure) -> View {
    switch input {
    case .activation(let view)?: return view
    case .constant(let constant)?:
      try budget.claimWork(constant.byteCount, attribute)
      let tensor = try constant.perImage(attribute).asFloats
      guard tensor.dims.first == 1 || tensor.dims.first == declaredBatch else {
        throw NodeFailure(attribute, expected: "one for each image", found: tensor.dims)
      }
      guard let only = tensor.onlySample else {
        throw NodeFailure(
          attribute, expected: "a constant that is the same for each image", found: "another")
      }
      return try self.constant(only, dims: Array(only.dims.dropFirst()), beside: view, name)
    default: throw NodeFailure(attribute, expected: "a tensor", found: "another value")
    }
  }
}

extension ConstantTensor {
  /// The first along the first axis, if all others are the same.
  fileprivate var onlySample: ConstantTensor? {
    guard let samples = dims.first, samples > 0 else { return nil }
    let length = count / samples
    let values = floats
    guard values.indices.allSatisfy({ values[$0] == values[$0 % length] }) else { return nil }
    return ConstantTensor(dims: [1] + dims.dropFirst(), floats: Array(values.prefix(length)))
  }
}

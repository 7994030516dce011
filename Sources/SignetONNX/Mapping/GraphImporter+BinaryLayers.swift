import Foundation
import SignetModel

/// `BinaryConv` and `BinaryLinear`.
extension GraphImporter {
  /// Inputs, in their order.
  private enum Place: Int {
    case x, codes, scales, bias, constants, inputScales, codeCounts, residual
  }

  mutating func binaryLayer(
    _ context: NodeContext, isLinear: Bool
  ) throws(NodeFailure) -> [ImportedValue] {
    try context.requireInputs(atMost: Place.residual.rawValue + 1)
    let view = try context.activation()
    guard let shape = try context.attributes.integers("weight_shape"),
      shape.count == (isLinear ? 2 : 4), Shape(shape).checkedElementCount != nil
    else {
      throw NodeFailure(
        "weight_shape", expected: "\(isLinear ? 2 : 4) extents", found: "others")
    }
    guard view.batch == .first, view.dims.count == (isLinear ? 1 : 3) else {
      throw NodeFailure(
        "X", expected: isLinear ? "a vector per sample" : "a map per sample",
        found: Shape(view.dims))
    }
    let weight = try binaryWeight(context, shape)
    let bias = try context.floats(Place.bias.rawValue, "bias")
    if let bias, bias.count != shape[0] {
      throw NodeFailure("bias", expected: "\(shape[0]) numbers", found: bias.dims)
    }
    let operation = try operation(
      context, shape, channels: view.dims[0], isLinear: isLinear, hasBias: bias != nil)
    let activation = try activation(context)
    let names = try context.attributes.strings(SignetOperator.layerNames) ?? []
    context.attributes.ignore("input_shape")
    func name(_ index: Int, or role: String) -> String {
      names.indices.contains(index) && !names[index].isEmpty
        ? names[index] : index == 0 ? context.name() : "\(context.name()).\(role)"
    }
    var result = try emit(
      name(0, or: "layer"), operation, [resolve(view, as: Shape(view.dims))],
      bias.map { [(.bias, $0.reshaped([shape[0]]))] } ?? [])
    try budget.claimWeight(weight.elementCount, "weight")
    weights["\(result.node).\(ParameterRole.weight.rawValue)"] = weight
    var count = 1
    if context.input(Place.residual.rawValue) != nil {
      let other = try context.activation(Place.residual.rawValue, "residual")
      let added = try resolve(other, as: Shape(other.dims))
      result = try emit(name(count, or: "sum"), .add, [result.node, added])
      count += 1
    }
    if let activation {
      result = try emit(name(count, or: "activation"), activation, [result.node])
    }
    return [.activation(result)]
  }

  private func operation(
    _ context: NodeContext, _ shape: [Int], channels: Int, isLinear: Bool, hasBias: Bool
  ) throws(NodeFailure) -> NodeOperation {
    if isLinear { return .linear(Linear(inputs: shape[1], outputs: shape[0], hasBias: hasBias)) }
    func pair(_ name: String) throws(NodeFailure) -> Size2D {
      guard let values = try context.attributes.integers(name) else { return Size2D(1) }
      guard values.count == 2 else {
        throw NodeFailure(name, expected: "2 integers", found: values.count)
      }
      return Size2D(height: values[0], width: values[1])
    }
    let pads = try context.attributes.integers("pads") ?? [0, 0, 0, 0]
    guard pads.count == 4 else {
      throw NodeFailure("pads", expected: "4 integers", found: pads.count)
    }
    return .convolution(
      Convolution(
        inputChannels: channels, outputChannels: shape[0],
        kernel: Size2D(height: shape[2], width: shape[3]), stride: try pair("strides"),
        padding: Padding2D(top: pads[0], left: pads[1], bottom: pads[2], right: pads[3]),
        dilation: try pair("dilations"), groups: try context.attributes.integer("group") ?? 1,
        hasBias: hasBias))
  }

  private func activation(_ context: NodeContext) throws(NodeFailure) -> NodeOperation? {
    let bounds = try context.attributes.floats("activation_params") ?? []
    switch try context.attributes.string("activation") {
    case nil, "": return nil
    case "Relu": return .relu
    case "Clip" where bounds.count == 2:
      return .activation(.clip(minimum: bounds[0], maximum: bounds[1]))
    case let found?:
      throw NodeFailure("activation", expected: "Relu, or Clip with two bounds", found: found)
    }
  }

  private func binaryWeight(
    _ context: NodeContext, _ shape: [Int]
  ) throws(NodeFailure) -> Weight {
    func bytes(_ place: Place, _ name: String) throws(NodeFailure) -> [UInt8]? {
      guard let tensor = try context.constant(place.rawValue, name) else { return nil }
      guard tensor.type == .uint8, let values = tensor.integers else {
        throw NodeFailure(name, expected: "bytes", found: tensor.type)
      }
      return values.map(UInt8.init(truncatingIfNeeded:))
    }
    guard let codes = try bytes(.codes, "codes"),
      let scales = try context.floats(Place.scales.rawValue, "scales"), scales.isFinite
    else { throw NodeFailure("codes", expected: "codes and finite scales", found: "others") }
    let constants = try context.floats(Place.constants.rawValue, "constants")
    let inputScales = try context.floats(Place.inputScales.rawValue, "input_scales")
    let counts = try bytes(.codeCounts, "code_counts")
    let patchLength = Shape(Array(shape.dropFirst())).elementCount
    let rows = codes.count / BinaryCodes.bytesPerFilter(patchLength: patchLength)
    do {
      let codeRows =
        if let counts {
          try CodeRows(codeCounts: counts.map(Int.init))
        } else {
          try CodeRows(
            codeCount: rows / shape[0], filterCount: shape[0], patchLength: patchLength)
        }
      return try Weight(
        shape: shape,
        storage: .binary(
          BinaryCodes(
            bytes: Data(codes), scales: FloatValues(scales.floats), rows: codeRows,
            patchLength: patchLength, constants: constants.map { FloatValues($0.floats) },
            inputScales: try inputScales.map { (scales) throws(WeightError) in
              try InputScales(scales.floats, channelCount: shape[1])
            })))
    } catch {
      throw NodeFailure("codes", expected: "a binary weight of \(Shape(shape))", found: error)
    }
  }
}

import SignetModel

extension GraphWriter {
  /// Writes one node; its value bears the node's name, unless it is the result.
  mutating func write(_ node: Node) {
    writeOperation(of: node)
    if let last = graph.node.indices.last { graph.node[last].name = node.name }
  }

  private mutating func writeOperation(of node: Node) {
    let inputs = node.inputs.map(name(of:))
    let output = name(of: node.name)
    switch node.operation {
    case .convolution(let attributes):
      if let window = transposed.windows[node.name] {
        return writeTransposed(attributes, node, window, to: output)
      }
      append(
        "Conv", layerInputs(node), to: output,
        padded(node, Self.attributes(of: attributes)))
    case .linear:
      append("Gemm", layerInputs(node), to: output, [.flag("transB", true)])
    case .batchNorm(let attributes):
      let roles: [ParameterRole] = [.weight, .bias, .runningMean, .runningVariance]
      append(
        "BatchNormalization", inputs + roles.compactMap { weight($0, of: node) }, to: output,
        [
          .float("epsilon", attributes.epsilon), .float("momentum", 1 - attributes.momentum),
        ])
    case .relu: append("Relu", inputs, to: output)
    case .maxPool(let attributes): write(attributes, isMaximum: true, node, inputs, output)
    case .averagePool(let attributes): write(attributes, isMaximum: false, node, inputs, output)
    case .globalAveragePool: append("GlobalAveragePool", inputs, to: output)
    case .add: append(inputs.count == 2 ? "Add" : "Sum", inputs, to: output)
    case .concatenate: append("Concat", inputs, to: output, [.integer("axis", 1)])
    case .flatten: append("Flatten", inputs, to: output, [.integer("axis", 1)])
    case .dropout(let rate):
      append("Dropout", inputs + [store("\(node.name).ratio", [rate], dims: [])], to: output)
    case .pad(let attributes): write(attributes, node, inputs, output)
    case .slice(let attributes): write(attributes, node, inputs, output)
    case .activation(let function): write(function, node, inputs, output)
    case .prelu:
      append("PRelu", inputs + [weight(.weight, of: node)].compactMap(\.self), to: output)
    case .affine: writeAffine(node, inputs, output)
    case .multiply: writeProduct(node, inputs, output)
    case .localResponseNorm(let attributes):
      append(
        "LRN", inputs, to: output,
        [
          .integer("size", attributes.size), .float("alpha", attributes.alpha),
          .float("beta", attributes.beta), .float("bias", attributes.bias),
        ])
    case .softmax(let axis): append("Softmax", inputs, to: output, [.integer("axis", axis + 1)])
    case .logSoftmax(let axis):
      append("LogSoftmax", inputs, to: output, [.integer("axis", axis + 1)])
    case .binary(let function): write(function, node, inputs, output)
    case .select:
      let condition = append(
        "Cast", [inputs[0]], to: beside("\(node.name).condition"), [.boolean])
      append("Where", [condition] + inputs.dropFirst(), to: output)
    case .reshape, .transpose, .spread, .resize, .reduce, .argExtreme, .normalize, .matrixProduct,
      .constant, .region, .selection, .gridSample:
      writeAlongAxes(node, inputs, output)
    }
  }

  private mutating func writeAlongAxes(_ node: Node, _ inputs: [String], _ output: String) {
    switch node.operation {
    case .reshape: reshape(inputs[0], to: numbers(of: node), to: output)
    case .transpose(let attributes):
      writeGrid(node, axes: attributes.extents.count) { writer, grid, result in
        let order = [0] + attributes.order.map { $0 + 1 }
        writer.append("Transpose", [grid], to: result, [.integers("perm", order)])
      }
    case .spread(let stride): writeSpread(stride, node, inputs[0], output)
    case .resize(let attributes): write(attributes, node, inputs[0], output)
    case .reduce(let attributes): write(attributes, node)
    case .argExtreme(let attributes): write(attributes, node)
    case .normalize(let attributes): write(attributes, node, output)
    case .matrixProduct: writeProduct(ofMatrices: node, inputs, output)
    case .constant(let shape): writeConstant(shape, node, inputs[0], output)
    case .region(let attributes): write(attributes, node)
    case .selection(let attributes):
      writeGrid(node, axes: attributes.extents.count) { writer, grid, result in
        let places = writer.store("\(node.name).places", attributes.places)
        writer.append(
          "Gather", [grid, places], to: result, [.integer("axis", attributes.axis + 1)])
      }
    case .gridSample(let attributes): write(attributes, inputs, output)
    default: assertionFailure("\(node.operation.kind) is no operation along axes")
    }
  }

  private mutating func write(
    _ pooling: Pooling, isMaximum: Bool, _ node: Node, _ inputs: [String], _ output: String
  ) {
    let name = isMaximum ? "MaxPool" : "AveragePool"
    if open != nil, model.graph.coversAll(pooling, node) {
      append("Global" + name, inputs, to: output)
    } else {
      let counts = ProtoAttribute.flag("count_include_pad", pooling.countsPadding)
      append(
        name, inputs, to: output,
        padded(node, Self.attributes(of: pooling)) + (isMaximum ? [] : [counts]))
    }
  }

  private mutating func layerInputs(_ node: Node) -> [String] {
    let inputs = node.inputs.map(name(of:))
    return inputs + [weight(.weight, of: node), weight(.bias, of: node)].compactMap(\.self)
  }

  static func attributes(of convolution: Convolution) -> [ProtoAttribute] {
    let padding = convolution.padding
    return [
      .integers("kernel_shape", [convolution.kernel.height, convolution.kernel.width]),
      .integers("strides", [convolution.stride.height, convolution.stride.width]),
      .integers("pads", [padding.top, padding.left, padding.bottom, padding.right]),
      .integers("dilations", [convolution.dilation.height, convolution.dilation.width]),
      .integer("group", convolution.groups),
    ]
  }

  private static func attributes(of pooling: Pooling) -> [ProtoAttribute] {
    let padding = pooling.padding
    var attributes: [ProtoAttribute] = [
      .integers("kernel_shape", [pooling.kernel.height, pooling.kernel.width]),
      .integers("strides", [pooling.stride.height, pooling.stride.width]),
      .integers("pads", [padding.top, padding.left, padding.bottom, padding.right]),
      .flag("ceil_mode", pooling.ceilMode),
    ]
    if pooling.dilation != Size2D(1) {
      attributes.append(
        .integers("dilations", [pooling.dilation.height, pooling.dilation.width]))
    }
    return attributes
  }

  /// A window's attributes, its padding left to the runtime where it follows the input.
  private func padded(_ node: Node, _ attributes: [ProtoAttribute]) -> [ProtoAttribute] {
    guard open != nil, case .samePadding(let upper)? = model.graph.sizeRules[node.name] else {
      return attributes
    }
    return attributes.filter { $0.name != "pads" && $0.name != "ceil_mode" }
      + [.string("auto_pad", upper ? "SAME_UPPER" : "SAME_LOWER")]
  }

  private mutating func write(
    _ pad: Pad, _ node: Node, _ inputs: [String], _ output: String
  ) {
    let sizes = numbers(of: node)
    let none = WrittenNumber(usual: 0)
    // Channels, then top, left, bottom and right; ONNX has all that is before first.
    let amounts = [none, sizes[0], sizes[2], sizes[3], none, sizes[1], sizes[4], sizes[5]]
    var operands = inputs + [list("\(node.name).pads", amounts)]
    if pad.mode == .constant {
      operands.append(store("\(node.name).value", [pad.value], dims: []))
    }
    append("Pad", operands, to: output, [.string("mode", pad.mode.rawValue)])
  }

  private mutating func write(
    _ slice: StridedSlice, _ node: Node, _ inputs: [String], _ output: String
  ) {
    let axes = [slice.channels, slice.height, slice.width]
    let sizes = numbers(of: node)
    let ends = axes.indices.map { axis in
      axes[axis].end == nil ? WrittenNumber(usual: .max) : sizes[axis * 2 + 1]
    }
    let bounds = [
      list("\(node.name).starts", axes.indices.map { sizes[$0 * 2] }),
      list("\(node.name).ends", ends),
      store("signet.map_axes", [1, 2, 3]),
      store("\(node.name).steps", axes.map(\.step)),
    ]
    append("Slice", inputs + bounds, to: output)
  }

  private mutating func writeAffine(_ node: Node, _ inputs: [String], _ output: String) {
    let (weight, bias) = (weight(.weight, of: node), weight(.bias, of: node))
    var value = inputs[0]
    if let weight {
      let target = bias == nil ? output : beside("\(node.name).scaled")
      value = append("Mul", [value, weight], to: target)
    }
    if let bias { append("Add", [value, bias], to: output) }
  }

  private mutating func writeProduct(_ node: Node, _ inputs: [String], _ output: String) {
    var value = inputs[0]
    for (index, input) in inputs.enumerated().dropFirst() {
      let isLast = index == inputs.count - 1
      value = append("Mul", [value, input], to: isLast ? output : beside("\(node.name).\(index)"))
    }
  }
}

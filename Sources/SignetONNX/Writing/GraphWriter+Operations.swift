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
      append("Conv", layerInputs(node), to: output, Self.attributes(of: attributes))
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
    case .maxPool(let attributes):
      append("MaxPool", inputs, to: output, Self.attributes(of: attributes))
    case .averagePool(let attributes):
      append(
        "AveragePool", inputs, to: output,
        Self.attributes(of: attributes)
          + [.flag("count_include_pad", attributes.countsPadding)])
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
    case .reshape(let shape): reshape(inputs[0], to: shape.extents, to: output)
    case .transpose(let attributes):
      writeGrid(node, attributes.extents, attributes.shape) { writer, grid, result in
        let order = [0] + attributes.order.map { $0 + 1 }
        writer.append("Transpose", [grid], to: result, [.integers("perm", order)])
      }
    case .logSoftmax(let axis):
      append("LogSoftmax", inputs, to: output, [.integer("axis", axis + 1)])
    case .spread(let stride): writeSpread(stride, node, inputs[0], output)
    case .resize(let attributes): write(attributes, node, inputs[0], output)
    case .binary(let function): write(function, node, inputs, output)
    case .select:
      let condition = append(
        "Cast", [inputs[0]], to: beside("\(node.name).condition"), [.boolean])
      append("Where", [condition] + inputs.dropFirst(), to: output)
    case .reduce(let attributes): write(attributes, node)
    case .argExtreme(let attributes): write(attributes, node)
    case .normalize(let attributes): write(attributes, node, output)
    case .matrixProduct(let attributes): write(attributes, node, inputs, output)
    case .constant(let shape): writeConstant(shape, node, inputs[0], output)
    case .region(let attributes): write(attributes, node)
    case .selection(let attributes):
      writeGrid(node, attributes.extents, attributes.shape) { writer, grid, result in
        let places = writer.store("\(node.name).places", attributes.places)
        writer.append(
          "Gather", [grid, places], to: result, [.integer("axis", attributes.axis + 1)])
      }
    case .gridSample(let attributes): write(attributes, inputs, output)
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

  private mutating func write(
    _ pad: Pad, _ node: Node, _ inputs: [String], _ output: String
  ) {
    let spatial = pad.spatial
    let amounts = [
      0, pad.channelsBefore, spatial.top, spatial.left, 0, pad.channelsAfter, spatial.bottom,
      spatial.right,
    ]
    var operands = inputs + [store("\(node.name).pads", amounts)]
    if pad.mode == .constant {
      operands.append(store("\(node.name).value", [pad.value], dims: []))
    }
    append("Pad", operands, to: output, [.string("mode", pad.mode.rawValue)])
  }

  private mutating func write(
    _ slice: StridedSlice, _ node: Node, _ inputs: [String], _ output: String
  ) {
    let axes = [slice.channels, slice.height, slice.width]
    let bounds = [
      store("\(node.name).starts", axes.map(\.start)),
      store("\(node.name).ends", axes.map { $0.end ?? .max }),
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

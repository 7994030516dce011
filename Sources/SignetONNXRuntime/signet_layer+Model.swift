import CSignetONNXRuntime
import SignetModel

extension signet_layer {
  /// A network of the layer and of what is done with its results.
  func model(named name: String) throws -> Model {
    let given = [weight_shape.0, weight_shape.1, weight_shape.2, weight_shape.3]
    let shape = given.prefix(weight_rank).map { Int($0) }
    guard Shape(shape).checkedElementCount != nil else {
      throw OperatorError.attribute(
        name: "weight_shape", expected: "extents of at least 1", found: "\(Shape(shape))")
    }
    let operation = try operation(shape)
    let usual = try usualInput(operation, shape)
    var inputs = [GraphInput(name: "X", shape: usual, openAxes: openAxes)]
    let layer = Node(name, operation, inputs: ["X"])
    if has_residual {
      let result = try Graph(
        inputs: inputs, nodes: [layer], outputs: [GraphOutput(name: "Y", value: name)])
      inputs.append(
        GraphInput(
          name: "residual", shape: result.outputShape, openAxes: openAxes))
    }
    var nodes = [layer]
    if has_residual {
      nodes.append(Node("\(name).sum", .add, inputs: [name, "residual"]))
    }
    if let activation {
      nodes.append(Node("\(name).activation", activation, inputs: [nodes[nodes.count - 1].name]))
    }
    let graph = try Graph(
      inputs: inputs, nodes: nodes,
      outputs: [GraphOutput(name: "Y", value: nodes[nodes.count - 1].name)])
    var weights = [
      layer.parameterName(.weight): try Weight(shape: shape, storage: .binary(binaryCodes(shape)))
    ]
    if bias.isThere {
      weights[layer.parameterName(.bias)] = try Weight(
        shape: [shape[0]], values: bias.floats("bias"))
    }
    return try Model(graph: graph, weights: weights, preprocessing: .none)
  }

  private var openAxes: [Int] { is_linear ? [] : [1, 2] }

  private var activation: NodeOperation? {
    if low == 0, high == .infinity { return .relu }
    if low == -.infinity, high == .infinity { return nil }
    return .activation(
      .clip(
        minimum: low == -.infinity ? nil : low, maximum: high == .infinity ? nil : high))
  }

  /// More than any network has, and few enough to be multiplied.
  private static let attributeLimit: Int64 = 1 << 24

  private func checked(_ name: String, _ values: [Int64], least: Int64) throws -> [Int] {
    if let other = values.first(where: { !(least...Self.attributeLimit).contains($0) }) {
      throw OperatorError.attribute(
        name: name, expected: "\(least) to \(Self.attributeLimit)", found: "\(other)")
    }
    return values.map(Int.init)
  }

  private func operation(_ shape: [Int]) throws -> NodeOperation {
    guard !is_linear else {
      return .linear(Linear(inputs: shape[1], outputs: shape[0], hasBias: bias.isThere))
    }
    let strides = try checked("strides", [strides.0, strides.1], least: 1)
    let pads = try checked("pads", [pads.0, pads.1, pads.2, pads.3], least: 0)
    let dilations = try checked("dilations", [dilations.0, dilations.1], least: 1)
    let groups = try checked("group", [group], least: 1)[0]
    let (channels, overflow) = shape[1].multipliedReportingOverflow(by: groups)
    guard !overflow, shape[0] % groups == 0 else {
      throw OperatorError.attribute(
        name: "group", expected: "a divisor of \(shape[0]) filters", found: "\(groups)")
    }
    return .convolution(
      Convolution(
        inputChannels: channels, outputChannels: shape[0],
        kernel: Size2D(height: shape[2], width: shape[3]),
        stride: Size2D(height: strides[0], width: strides[1]),
        padding: Padding2D(top: pads[0], left: pads[1], bottom: pads[2], right: pads[3]),
        dilation: Size2D(height: dilations[0], width: dilations[1]), groups: groups,
        hasBias: bias.isThere))
  }

  /// What the node says of the input, or else the smallest that gives a result.
  private func usualInput(_ operation: NodeOperation, _ shape: [Int]) throws -> Shape {
    guard case .convolution(let attributes) = operation else { return .vector(shape[1]) }
    let given = [input_shape.0, input_shape.1, input_shape.2]
    let known = Shape(given.prefix(input_rank).map { Int($0) })
    if known.isMap, known.checkedElementCount != nil, known.channels == attributes.inputChannels {
      return known
    }
    let reach = try checked("weight_shape", [Int64(shape[2]), Int64(shape[3])], least: 1)
    return .map(
      attributes.inputChannels,
      max(1, (reach[0] - 1) * attributes.dilation.height + 1),
      max(1, (reach[1] - 1) * attributes.dilation.width + 1))
  }

  private func binaryCodes(_ shape: [Int]) throws -> BinaryCodes {
    let filters = shape[0]
    let patchLength = Shape(Array(shape.dropFirst())).elementCount
    let stride = BinaryCodes.bytesPerFilter(patchLength: patchLength)
    guard codes.count % stride == 0 else {
      throw OperatorError.operand(
        name: "codes", expected: "rows of \(stride) bytes", found: "\(codes.count) bytes")
    }
    let rows = codes.count / stride
    return try BinaryCodes(
      bytes: codes.data(), scales: FloatValues(scales.floats("scales")),
      rows: codeRows(rows, filters: filters, patchLength: patchLength), patchLength: patchLength,
      constants: constants.isThere ? FloatValues(constants.floats("constants")) : nil,
      inputScales: inputScales(channels: shape[1]))
  }

  private func codeRows(_ rows: Int, filters: Int, patchLength: Int) throws -> CodeRows {
    guard code_counts.isThere else {
      guard rows >= filters, rows % filters == 0 else {
        throw OperatorError.operand(
          name: "codes", expected: "a multiple of \(filters) rows, one for each filter",
          found: "\(rows)")
      }
      return try CodeRows(
        codeCount: rows / filters, filterCount: filters, patchLength: patchLength)
    }
    let counts = code_counts.data().map(Int.init)
    guard counts.count == filters else {
      throw OperatorError.operand(
        name: "code_counts", expected: "\(filters) numbers", found: "\(counts.count)")
    }
    return try CodeRows(codeCounts: counts)
  }

  private func inputScales(channels: Int) throws -> InputScales? {
    guard input_scales.isThere else { return nil }
    let values = try input_scales.floats("input_scales")
    if let other = values.first(where: { $0 <= 0 }) {
      throw OperatorError.operand(
        name: "input_scales", expected: "numbers above 0", found: "\(other)")
    }
    return try InputScales(values, channelCount: channels)
  }
}

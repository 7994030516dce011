import SignetModel

/// Operators with trained weights: convolutions, fully connected layers, batch normalisation.
extension GraphImporter {
  static let layerMappings: [String: Mapping] = [
    "Conv": { importer, context throws(NodeFailure) in try importer.convolution(context) },
    "Gemm": { importer, context throws(NodeFailure) in try importer.gemm(context) },
    "MatMul": { importer, context throws(NodeFailure) in try importer.matrixProduct(context) },
    "BatchNormalization": { importer, context throws(NodeFailure) in
      try importer.batchNorm(context)
    },
    "LRN": { importer, context throws(NodeFailure) in try importer.localResponseNorm(context) },
  ]

  mutating func convolution(
    _ context: NodeContext
  ) throws(NodeFailure) -> [ImportedValue] {
    try context.requireInputs(atMost: 3)
    let view = try context.activation()
    let weight = try context.required(1, "W")
    let bias = try context.floats(2, "B")
    let groups = try context.attributes.integer("group") ?? 1
    guard weight.dims.count == view.dims.count + 1, weight.dims.allSatisfy({ $0 >= 1 }) else {
      throw NodeFailure(
        "W", expected: "\(view.dims.count + 1) extents, at least 1", found: weight.dims)
    }
    let channels = view.dims[0]
    guard groups >= 1, groups <= channels, channels % groups == 0,
      weight.dims[1] == channels / groups, weight.dims[0] % groups == 0
    else {
      throw NodeFailure(
        "group",
        expected: "a divisor of \(channels) inputs and \(weight.dims[0]) outputs, "
          + "\(weight.dims[1]) inputs each", found: groups)
    }
    if view.dims.count == 4 {
      return [
        .activation(
          try volumeConvolution(context, view, weight, bias, groups: groups))
      ]
    }
    let window = try Window(
      context.attributes, dims: view.dims, kernel: Array(weight.dims.dropFirst(2)))
    let attributes = Convolution(
      inputChannels: channels, outputChannels: weight.dims[0], kernel: window.kernel,
      stride: window.stride, padding: window.padding, dilation: window.dilation, groups: groups,
      hasBias: bias != nil)
    let shape = [
      weight.dims[0], weight.dims[1], window.kernel.height, window.kernel.width,
    ]
    let input = try resolve(view)
    let result = try emit(
      context.name(weight: 1), .convolution(attributes), [input],
      parameters(weight.reshaped(shape), bias: bias, filters: weight.dims[0]))
    samePadding[result.node] = window.samePadding
    return [.activation(result.reshaped(dims(of: result, like: view)))]
  }

  /// The ONNX extents of a map: without the row of height 1 that stands in for one spatial axis.
  func dims(of result: View, like view: View) -> [Int] {
    view.dims.count == 2 ? [result.base.channels, result.base.width] : result.base.extents
  }

  func parameters(
    _ weight: ConstantTensor, bias: ConstantTensor?, filters: Int
  ) throws(NodeFailure) -> Parameters {
    guard weight.integers == nil else {
      throw NodeFailure("W", expected: "numbers of a float type", found: weight.type)
    }
    guard let bias else { return [(.weight, weight)] }
    guard bias.count == filters else {
      throw NodeFailure("B", expected: "\(filters) numbers", found: bias.dims)
    }
    return [(.weight, weight), (.bias, bias.reshaped([filters]))]
  }

  mutating func gemm(_ context: NodeContext) throws(NodeFailure) -> [ImportedValue] {
    try context.requireInputs(atMost: 3)
    let view = try context.activation(0, "A")
    let matrix = try context.required(1, "B")
    let alpha = try context.attributes.float("alpha") ?? 1
    let beta = try context.attributes.float("beta") ?? 1
    guard try !context.attributes.flag("transA") else {
      throw NodeFailure("transA", expected: "0: the batch comes first", found: 1)
    }
    let hasRows = view.batchAxis == nil && view.dims.count == 2 && isFree(1, in: view)
    guard hasRows || view.batch == .first && view.dims.count == 1 else {
      throw NodeFailure("A", expected: "a vector per image", found: Shape(view.dims))
    }
    guard matrix.dims.count == 2 else {
      throw NodeFailure("B", expected: "a matrix", found: matrix.dims)
    }
    _ = try budget.claim(matrix.dims, "B")
    let weight = try context.attributes.flag("transB") ? matrix : matrix.transposed()
    let outputs = weight.dims[0]
    var bias: ConstantTensor?
    if let offset = try context.floats(2, "C") {
      guard
        offset.dims == [] || offset.dims == [1] || offset.dims == [1, 1]
          || offset.dims == [outputs] || offset.dims == [1, outputs]
      else {
        throw NodeFailure(
          "C", expected: "one number, or one for each of \(outputs) outputs", found: offset.dims)
      }
      let values =
        offset.count == 1
        ? [Float](repeating: offset.floats[0], count: outputs) : offset.floats
      bias = ConstantTensor(dims: [outputs], floats: beta == 1 ? values : values.map { $0 * beta })
    }
    let scaled = weight.scaled(by: alpha)
    guard hasRows else { return [.activation(try linear(context, view, scaled, bias))] }
    // Rows of several places of each sample.
    var result = try rowProduct(context, view, scaled, bias)
    result.batch = view.batch
    return [.activation(result)]
  }

  private mutating func linear(
    _ context: NodeContext, _ view: View, _ weight: ConstantTensor, _ bias: ConstantTensor?
  ) throws(NodeFailure) -> View {
    let attributes = Linear(
      inputs: weight.dims[1], outputs: weight.dims[0], hasBias: bias != nil)
    guard view.dims == [weight.dims[1]] else {
      throw NodeFailure("A", expected: "a vector of \(weight.dims[1])", found: Shape(view.dims))
    }
    let input = try resolve(view)
    return try emit(
      context.name(weight: 1), .linear(attributes), [input],
      parameters(weight, bias: bias, filters: weight.dims[0]))
  }

  /// A product with a constant matrix: a fully connected layer for a vector per image, a 1×1
  /// convolution over all other axes where there are more.
  mutating func matrixProduct(
    _ context: NodeContext
  ) throws(NodeFailure) -> [ImportedValue] {
    try context.requireInputs(atMost: 2)
    if let product = try vectorProduct(context) { return product }
    guard context.input(0)?.view != nil, let matrix = context.input(1)?.constant?.tensor,
      matrix.dims.count == 2
    else { return [.activation(try computedProduct(context))] }
    let view = try context.activation(0, "A")
    guard let inputs = view.dims.last, inputs == matrix.dims[0] else {
      throw NodeFailure(
        "B", expected: "a matrix of \(view.dims.last ?? 1) rows", found: matrix.dims)
    }
    _ = try budget.claim(matrix.dims, "B")
    let weight = matrix.transposed()
    guard view.dims.count > 1 else {
      return [.activation(try linear(context, view, weight, nil))]
    }
    return [.activation(try rowProduct(context, view, weight, nil))]
  }

  /// A fully connected layer along the last axis, for each place of the others: a 1×1 convolution.
  private mutating func rowProduct(
    _ context: NodeContext, _ view: View, _ weight: ConstantTensor, _ bias: ConstantTensor?
  ) throws(NodeFailure) -> View {
    let rank = view.dims.count
    let (inputs, outputs) = (weight.dims[1], weight.dims[0])
    guard view.dims.last == inputs else {
      throw NodeFailure("A", expected: "rows of \(inputs)", found: Shape(view.dims))
    }
    let places = Array(view.dims.dropLast())
    let channelsFirst = try permuted(view, [rank - 1] + Array(0..<rank - 1))
    let input = try resolve(channelsFirst, as: .map(inputs, places.reduce(1, *), 1))
    let attributes = Convolution(
      inputChannels: inputs, outputChannels: outputs, kernel: Size2D(1), hasBias: bias != nil)
    let kernel = weight.reshaped([outputs, inputs, 1, 1])
    let result = try emit(
      context.name(weight: 1), .convolution(attributes), [input],
      parameters(kernel, bias: bias, filters: outputs))
    let product = result.reshaped([outputs] + places)
    return try permuted(product, Array(1..<rank) + [0])
  }

  /// A product with a constant vector: a matrix of one row or column, whose axis is then left out.
  private mutating func vectorProduct(
    _ context: NodeContext
  ) throws(NodeFailure) -> [ImportedValue]? {
    for side in 0..<min(2, context.inputs.count) {
      guard let vector = context.input(side)?.constant?.tensor, vector.dims.count == 1 else {
        continue
      }
      var inputs = context.inputs
      let matrix = vector.reshaped(side == 0 ? [1, vector.count] : [vector.count, 1])
      inputs[side] = .constant(FoldedConstant(matrix))
      guard let product = try matrixProduct(context.with(inputs: inputs)).first?.view else {
        return nil
      }
      var dims = product.dims
      dims.remove(at: side == 0 ? dims.count - 2 : dims.count - 1)
      return [.activation(product.reshaped(dims))]
    }
    return nil
  }

  /// A product of two values, constants among them: matrices along the last two axes.
  private mutating func computedProduct(_ context: NodeContext) throws(NodeFailure) -> View {
    var operands: [View] = []
    let first = context.inputs.lazy.compactMap { $0?.view }.first
    guard let first else {
      throw NodeFailure("A", expected: "a value computed from the image", found: "none")
    }
    for (index, input) in context.inputs.enumerated() {
      switch input {
      case .activation(let view)?: operands.append(view)
      case .constant(let constant)?:
        let tensor = try constant.perImage(index == 0 ? "A" : "B")
        // What has as many axes as the other has its batch, which must be 1.
        let rank = first.dims.count + 1
        let hasBatch = tensor.dims.count == rank
        guard tensor.dims.count >= 2, tensor.dims.count <= rank, !hasBatch || tensor.dims[0] == 1
        else {
          throw NodeFailure(
            index == 0 ? "A" : "B", expected: "a matrix for every sample", found: tensor.dims)
        }
        operands.append(
          try self.constant(
            tensor.asFloats, dims: hasBatch ? Array(tensor.dims.dropFirst()) : tensor.dims,
            beside: first, "\(context.name()).constant\(index)"))
      default:
        throw NodeFailure("inputs", expected: "two tensors", found: context.inputs.count)
      }
    }
    guard operands.count == 2, operands.allSatisfy({ $0.dims.count >= 2 }) else {
      throw NodeFailure(
        "B", expected: "two values of at least two axes behind the batch",
        found: operands.map(\.dims))
    }
    return try matrixProduct(context.name(), operands[0], operands[1])
  }

  /// - Parameters:
  ///   - left: … × rows × inner behind the batch
  ///   - right: … × inner × columns behind the batch
  mutating func matrixProduct(
    _ name: String, _ left: View, _ right: View
  ) throws(NodeFailure) -> View {
    let (rows, inner, columns) = (
      left.dims[left.dims.count - 2], left.dims[left.dims.count - 1],
      right.dims[right.dims.count - 1]
    )
    guard right.dims[right.dims.count - 2] == inner,
      let batch = Axis.broadcast(Array(left.dims.dropLast(2)), Array(right.dims.dropLast(2)))
    else {
      throw NodeFailure("B", expected: "matrices of \(inner) rows", found: right.dims)
    }
    let dims = batch + [rows, columns]
    let product = MatrixProduct(
      batch: batch.reduce(1, *), rows: rows, inner: inner, columns: columns,
      shape: View.canonicalShape(dims))
    let inputs = [
      try resolve(try expanded(left, to: batch + [rows, inner])),
      try resolve(try expanded(right, to: batch + [inner, columns])),
    ]
    return try emit(name, .matrixProduct(product), inputs).reshaped(dims)
  }

  /// A permuted view, carried out first if it must be.
  mutating func permuted(_ view: View, _ permutation: [Int]) throws(NodeFailure) -> View {
    if let permuted = view.permuted(permutation) { return permuted }
    let shape = view.canonicalShape
    let plain = View(node: try resolve(view, as: shape), base: shape, dims: view.dims)
    return plain.permuted(permutation) ?? plain
  }

  private mutating func batchNorm(_ context: NodeContext) throws(NodeFailure) -> [ImportedValue] {
    try context.requireInputs(atMost: 5)
    let view = try context.activation()
    context.attributes.ignore("is_test")
    guard try !context.attributes.flag("training_mode") else {
      throw NodeFailure("training_mode", expected: "0: running statistics", found: 1)
    }
    guard try context.attributes.flag("spatial", default: true) else {
      throw NodeFailure("spatial", expected: "1: statistics per channel", found: 0)
    }
    guard let channels = view.dims.first else {
      throw NodeFailure("X", expected: "channels", found: "one number per image")
    }
    var parameters: Parameters = []
    for (index, (role, name)) in [
      (ParameterRole.weight, "scale"), (.bias, "B"), (.runningMean, "input_mean"),
      (.runningVariance, "input_var"),
    ].enumerated() {
      let tensor = try context.required(index + 1, name)
      guard tensor.count == channels, tensor.integers == nil else {
        throw NodeFailure(name, expected: "\(channels) numbers", found: tensor.dims)
      }
      parameters.append((role, tensor.reshaped([channels])))
    }
    let attributes = BatchNorm(
      channels: channels, epsilon: try context.attributes.float("epsilon") ?? 1e-5,
      momentum: 1 - (try context.attributes.float("momentum") ?? 0.9))
    let input = try resolve(view)
    let result = try emit(context.name(weight: 1), .batchNorm(attributes), [input], parameters)
    return [.activation(result.reshaped(view.dims))]
  }

  private mutating func localResponseNorm(
    _ context: NodeContext
  ) throws(NodeFailure) -> [ImportedValue] {
    let view = try context.activation()
    guard view.dims.count >= 2 else {
      throw NodeFailure("X", expected: "channels and space", found: Shape(view.dims))
    }
    let attributes = LocalResponseNorm(
      size: try context.attributes.integer("size") ?? 0,
      alpha: try context.attributes.float("alpha") ?? 1e-4,
      beta: try context.attributes.float("beta") ?? 0.75,
      bias: try context.attributes.float("bias") ?? 1)
    let result = try emit(context.name(), .localResponseNorm(attributes), [try resolve(view)])
    return [.activation(result.reshaped(view.dims))]
  }
}

extension ConstantTensor {
  /// The transpose of a matrix.
  func transposed() -> ConstantTensor {
    let (rows, columns) = (dims[0], dims[1])
    let values = floats
    let transposed = [Float](unsafeUninitializedCapacity: values.count) { buffer, initialized in
      for column in 0..<columns {
        for row in 0..<rows { buffer[column * rows + row] = values[row * columns + column] }
      }
      initialized = values.count
    }
    return ConstantTensor(dims: [columns, rows], floats: transposed)
  }

  func scaled(by factor: Float) -> ConstantTensor {
    factor == 1 ? self : ConstantTensor(dims: dims, floats: floats.map { $0 * factor }, type: type)
  }
}

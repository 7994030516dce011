import SignetModel
import Torch

/// How an operation is to run.
struct OperationMode {
  enum Purpose: Hashable {
    case inference
    /// Batch statistics and dropout.
    case training
    /// Batch statistics, which the running ones follow with this momentum; no dropout.
    case statistics(momentum: Double)
  }

  var purpose = Purpose.inference
  /// Whether training takes batch norm's running statistics, as inference does.
  var holdsStatistics = false
  /// Whose images training takes batch norm's statistics of; `nil`: this process's.
  var statisticsGroup: ProcessGroup?
  /// Nobody else reads the first input, so its memory may take the result.
  var mayOverwriteInput = false

  fileprivate func momentum(of batchNorm: BatchNorm) -> Double {
    if case .statistics(let momentum) = purpose { momentum } else { Double(batchNorm.momentum) }
  }
}

extension NodeOperation {
  /// Computes the operation on a batch.
  ///
  /// - Parameters:
  ///   - inputs: N × the inputs' shapes
  ///   - outputShape: as the graph infers it
  /// - Returns: N × `outputShape`
  func apply(
    to inputs: [Tensor], parameters: [ParameterRole: Tensor], outputShape: Shape,
    mode: OperationMode
  ) throws(TorchError) -> Tensor {
    guard let input = inputs.first else {
      throw TorchError(operation: "\(kind)", message: "no input")
    }
    switch self {
    case .convolution(let attributes):
      let weight = try required(.weight, in: parameters)
      return try attributes.apply(to: input, weight: weight, bias: parameters[.bias])
    case .linear:
      return try input.linear(required(.weight, in: parameters), bias: parameters[.bias])
    case .batchNorm(let attributes):
      if mode.purpose == .training, !mode.holdsStatistics, let group = mode.statisticsGroup {
        return try attributes.apply(to: input, parameters: parameters, over: group)
      }
      return try input.batchNorm(
        weight: parameters[.weight], bias: parameters[.bias],
        runningMean: parameters[.runningMean], runningVariance: parameters[.runningVariance],
        training: mode.purpose != .inference && !mode.holdsStatistics,
        momentum: mode.momentum(of: attributes),
        epsilon: Double(attributes.epsilon))
    case .relu:
      guard mode.mayOverwriteInput else { return try input.relu() }
      try input.reluInPlace()
      return input
    case .maxPool(let attributes):
      return try attributes.maximum(of: input, outputShape: outputShape)
    case .averagePool(let attributes):
      return try attributes.average(of: input, outputShape: outputShape)
    case .globalAveragePool:
      return try input.adaptiveAveragePool2d()
    case .add:
      var sum = try input + inputs[1]
      for other in inputs.dropFirst(2) { sum = try sum + other }
      return sum
    case .concatenate:
      return try Tensor.cat(inputs, 1)
    case .flatten:
      return try input.flatten(from: 1)
    case .dropout(let rate):
      return mode.purpose == .training ? try input.dropout(Double(rate), training: true) : input
    case .activation, .prelu, .affine, .multiply, .localResponseNorm, .softmax, .logSoftmax,
      .binary,
      .select:
      return try applyElementwise(to: inputs, parameters: parameters)
    case .pad, .slice, .reshape, .transpose, .spread, .resize, .reduce, .argExtreme, .normalize,
      .matrixProduct, .constant, .region, .selection, .gridSample:
      return try applyAlongAxes(to: inputs, parameters: parameters, outputShape: outputShape)
    }
  }

  private func applyElementwise(
    to inputs: [Tensor], parameters: [ParameterRole: Tensor]
  ) throws(TorchError) -> Tensor {
    let input = inputs[0]
    switch self {
    case .activation(let function):
      return try function.apply(to: input)
    case .prelu:
      // Written as two halves because libtorch's own takes one slope per channel at most.
      let negative = try (-input).relu()
      return try input.relu() - negative * required(.weight, in: parameters)
    case .affine:
      let scaled = try parameters[.weight].map { (weight) throws(TorchError) in try input * weight }
      let value = scaled ?? input
      return try parameters[.bias].map { (bias) throws(TorchError) in try value + bias } ?? value
    case .multiply:
      var product = try input * inputs[1]
      for other in inputs.dropFirst(2) { product = try product * other }
      return product
    case .localResponseNorm(let attributes):
      return try input.localResponseNorm(
        size: attributes.size, alpha: Double(attributes.alpha), beta: Double(attributes.beta),
        bias: Double(attributes.bias))
    case .softmax(let axis):
      return try input.softmax(axis + 1)
    case .logSoftmax(let axis):
      return try input.logSoftmax(axis + 1)
    case .binary(let function):
      return try function.apply(to: input, inputs[1])
    case .select:
      let zero = try Tensor(0)
      return try Tensor.where(input.eq(zero), inputs[2], inputs[1])
    default: throw TorchError(operation: "\(kind)", message: "not elementwise")
    }
  }

  private func applyAlongAxes(
    to inputs: [Tensor], parameters: [ParameterRole: Tensor], outputShape: Shape
  ) throws(TorchError) -> Tensor {
    let input = inputs[0]
    switch self {
    case .pad(let attributes):
      return try attributes.apply(to: input)
    case .slice(let attributes):
      return try attributes.apply(to: input)
    case .reshape(let shape):
      return try input.reshape([input.shape[0]] + shape.extents)
    case .transpose(let attributes):
      let grid = try input.reshape([input.shape[0]] + attributes.extents)
      let permuted = try grid.permute([0] + attributes.order.map { $0 + 1 })
      return try permuted.reshape([input.shape[0]] + attributes.shape.extents)
    case .spread(let stride):
      return try stride.spread(input, to: outputShape)
    case .resize(let attributes):
      return try attributes.apply(to: input)
    case .reduce(let attributes):
      return try attributes.apply(to: input)
    case .argExtreme(let attributes):
      return try attributes.apply(to: input)
    case .normalize(let attributes):
      return try attributes.apply(to: input)
    case .matrixProduct(let attributes):
      return try attributes.apply(to: input, inputs[1])
    case .constant(let shape):
      let weight = try required(.weight, in: parameters)
      return try weight.unsqueeze(0).expand([input.shape[0]] + shape.extents)
    case .region(let attributes):
      return try attributes.apply(to: input)
    case .selection(let attributes):
      return try attributes.apply(to: input)
    case .gridSample(let attributes):
      return try attributes.apply(to: input, at: inputs[1])
    default: throw TorchError(operation: "\(kind)", message: "not along axes")
    }
  }

  private func required(
    _ role: ParameterRole, in parameters: [ParameterRole: Tensor]
  ) throws(TorchError) -> Tensor {
    guard let tensor = parameters[role] else {
      throw TorchError(operation: "\(kind)", message: "no \(role.rawValue)")
    }
    return tensor
  }
}

extension Convolution {
  /// - Parameters:
  ///   - input: N × I × H × W
  ///   - weight: O × I/groups × kH × kW
  ///   - bias: O
  func apply(to input: Tensor, weight: Tensor, bias: Tensor?) throws(TorchError) -> Tensor {
    let symmetric = padding.isSymmetric
    let padded = symmetric ? input : try input.pad(padding.amounts)
    return try padded.conv2d(
      weight, bias: bias, stride: Size2(stride),
      padding: symmetric ? Size2(padding.top, padding.left) : 0, dilation: Size2(dilation),
      groups: groups)
  }
}

extension BatchNorm {
  /// max(0, batch norm in training + residual)
  func applyWithReLU(
    to input: Tensor, adding residual: Tensor?, parameters: [ParameterRole: Tensor]
  ) throws(TorchError) -> Tensor {
    try input.batchNormAddReLU(
      residual: residual, weight: parameters[.weight], bias: parameters[.bias],
      runningMean: parameters[.runningMean], runningVariance: parameters[.runningVariance],
      momentum: Double(momentum), epsilon: Double(epsilon))
  }
}

extension Activation {
  fileprivate func apply(to input: Tensor) throws(TorchError) -> Tensor {
    switch self {
    case .leakyRelu(let slope): try input.leakyRelu(Double(slope))
    case .clip(let minimum, let maximum):
      try input.clamp(
        minimum.map(Double.init) ?? -.infinity, maximum.map(Double.init) ?? .infinity)
    case .sigmoid: try input.sigmoid()
    case .hardSigmoid(let slope, let offset):
      try (input * Double(slope) + Double(offset)).clamp(0, 1)
    case .hardSwish: try input.hardSwish()
    case .silu: try input * input.sigmoid()
    case .elu(let scale, let gain, let reach):
      try input.elu(scale: Double(scale), gain: Double(gain), reach: Double(reach))
    case .thresholdedRelu(let threshold):
      try input * Tensor(Double(threshold)).lt(input).to(.float32)
    case .power(let exponent): try input.pow(Tensor(Double(exponent)))
    case .elementary(let function): try function.apply(to: input)
    }
  }
}

extension Pad {
  fileprivate func apply(to input: Tensor) throws(TorchError) -> Tensor {
    guard mode != .constant else {
      return try input.pad(
        spatial.amounts + [channelsBefore, channelsAfter], value: Double(value))
    }
    var padded = input
    for (axis, (before, after)) in [
      (channelsBefore, channelsAfter), (spatial.top, spatial.bottom),
      (spatial.left, spatial.right),
    ].enumerated() where before + after > 0 {
      let sources = mode.sources(extent: input.shape[axis + 1], before: before, after: after)
      let index = try Tensor(sources.map { Int64($0 ?? 0) }, shape: [sources.count])
      padded = try padded.indexSelect(axis + 1, index)
    }
    return padded
  }
}

extension StridedSlice {
  fileprivate func apply(to input: Tensor) throws(TorchError) -> Tensor {
    var value = input
    for (dimension, axis) in [channels, height, width].enumerated() where axis != Axis() {
      value = try value.slice(
        dimension + 1, start: axis.start, end: axis.end ?? .max, step: axis.step)
    }
    return value
  }
}

extension Padding2D {
  /// libtorch's order: before and after along the width, then along the height.
  var amounts: [Int] { [left, right, top, bottom] }
}

extension Size2 {
  init(_ size: Size2D) {
    self.init(size.height, size.width)
  }
}

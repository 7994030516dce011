import SignetModel
import Torch

/// How an operation is to run.
struct OperationMode {
  /// Batch statistics and dropout.
  var training = false
  /// Nobody else reads the first input, so its memory may take the result.
  var mayOverwriteInput = false
}

extension Operation {
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
      return try input.batchNorm(
        weight: parameters[.weight], bias: parameters[.bias],
        runningMean: parameters[.runningMean], runningVariance: parameters[.runningVariance],
        training: mode.training, momentum: Double(attributes.momentum),
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
      return mode.training ? try input.dropout(Double(rate), training: true) : input
    case .pad(let attributes):
      return try input.pad(
        attributes.spatial.amounts + [attributes.channelsBefore, attributes.channelsAfter],
        value: Double(attributes.value))
    case .slice(let attributes):
      return try attributes.apply(to: input)
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

extension Slice {
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

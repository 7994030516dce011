import SignetModel
import Torch

extension BatchNorm {
  /// Batch norm in training with the statistics of the images of all processes.
  ///
  /// - Parameter input: N × C or N × C × H × W
  func apply(
    to input: Tensor, parameters: [ParameterRole: Tensor], over group: ProcessGroup
  ) throws(TorchError) -> Tensor {
    let others = [0] + Array(2..<max(2, input.rank))
    let shape = [1, channels] + [Int](repeating: 1, count: input.rank - 2)
    let input = try input.to(.float32)
    let own = Double(input.elementCount / max(1, channels))
    let count = try group.sum(Tensor([Float(own)], shape: [1])).item()
    let mean = try group.sum(input.sum(others)) / count
    let centred = try input - mean.reshape(shape)
    // Of what is centred already: the difference of two large sums would lose what is looked for.
    let variance = try group.sum(centred.square().sum(others)) / count
    try noGrad { () throws(TorchError) in
      try parameters[.runningMean]?.lerpInPlace(mean, weight: Double(momentum))
      let unbiased = try variance * (count / max(1, count - 1))
      try parameters[.runningVariance]?.lerpInPlace(unbiased, weight: Double(momentum))
    }
    var output = try centred / (variance + Double(epsilon)).sqrt().reshape(shape)
    if let weight = parameters[.weight] { output = try output * weight.reshape(shape) }
    if let bias = parameters[.bias] { output = try output + bias.reshape(shape) }
    return output
  }
}

import Foundation
import Testing
import Torch

@Suite struct LayerTests {
  /// Convolution as its definition says, in double precision.
  func convolution(
    _ input: [Float], _ shape: [Int], _ weight: [Float], _ weightShape: [Int], bias: [Float],
    stride: (Int, Int), padding: (Int, Int), dilation: (Int, Int), groups: Int
  ) -> [Double] {
    let (n, c, h, w) = (shape[0], shape[1], shape[2], shape[3])
    let (o, i, kh, kw) = (weightShape[0], weightShape[1], weightShape[2], weightShape[3])
    let outH = (h + 2 * padding.0 - dilation.0 * (kh - 1) - 1) / stride.0 + 1
    let outW = (w + 2 * padding.1 - dilation.1 * (kw - 1) - 1) / stride.1 + 1
    var result: [Double] = []
    for image in 0..<n {
      for filter in 0..<o {
        let group = filter / (o / groups)
        for y in 0..<outH {
          for x in 0..<outW {
            var sum = Double(bias[filter])
            for channel in 0..<i {
              for ky in 0..<kh {
                for kx in 0..<kw {
                  let row = y * stride.0 - padding.0 + ky * dilation.0
                  let column = x * stride.1 - padding.1 + kx * dilation.1
                  guard (0..<h).contains(row), (0..<w).contains(column) else { continue }
                  let pixel = input[((image * c + group * i + channel) * h + row) * w + column]
                  let tap = weight[((filter * i + channel) * kh + ky) * kw + kx]
                  sum += Double(pixel) * Double(tap)
                }
              }
            }
            result.append(sum)
          }
        }
      }
    }
    return result
  }

  @Test(arguments: [1, 2], [false, true])
  func convolutionFollowsItsDefinition(groups: Int, channelsLast: Bool) throws {
    let shape = [2, 4, 7, 6]
    let weightShape = [6, 4 / groups, 3, 2]
    let input = noise(shape.reduce(1, *))
    let weight = noise(weightShape.reduce(1, *), seed: 2)
    let bias = noise(6, seed: 3)
    let expected = convolution(
      input, shape, weight, weightShape, bias: bias, stride: (2, 1), padding: (1, 0),
      dilation: (1, 2), groups: groups)
    var x = try Tensor(input, shape: shape)
    if channelsLast { x = try x.channelsLast() }
    let found = try x.conv2d(
      Tensor(weight, shape: weightShape), bias: Tensor(bias, shape: [6]), stride: Size2(2, 1),
      padding: Size2(1, 0), dilation: Size2(1, 2), groups: groups)
    #expect(found.shape == [2, 6, 4, 4])
    // A sum of 24 products below 1 in float32: 24 · 2⁻²⁴ · 24 at most.
    expectClose(try found.toDoubles(), expected, within: 24 * 24 * 0x1p-24)
  }

  @Test func unfoldGivesTheColumnsOfAConvolution() throws {
    let input = try noiseTensor([2, 3, 5, 4])
    let weight = try noiseTensor([4, 3, 3, 3], seed: 2)
    let columns = try input.unfold(kernel: 3, stride: Size2(2, 1), padding: 1)
    #expect(columns.shape == [2, 27, 12])
    let product = try weight.reshape([4, 27]).matmul(columns).reshape([2, 4, 3, 4])
    let direct = try input.conv2d(weight, stride: Size2(2, 1), padding: 1)
    expectClose(try product.toDoubles(), try direct.toDoubles(), within: 27 * 27 * 0x1p-24)
  }

  @Test func linear() throws {
    let x = try Tensor([1, 2, 3, 4] as [Float], shape: [2, 2])
    let weight = try Tensor([1, 0, 1, 1, 2, -1] as [Float], shape: [3, 2])
    let bias = try Tensor([0, 10, 0] as [Float], shape: [3])
    #expect(try x.linear(weight, bias: bias).toFloats() == [1, 13, 0, 3, 17, 2])
  }

  @Test func batchNormInTrainingAndInference() throws {
    let values = noise(3 * 2 * 2 * 2)
    let x = try Tensor(values, shape: [3, 2, 2, 2])
    let weight = try Tensor([2, 0.5] as [Float], shape: [2])
    let bias = try Tensor([1, -1] as [Float], shape: [2])
    let mean = try Tensor.zeros([2])
    let variance = try Tensor.ones([2])
    let out = try x.batchNorm(
      weight: weight, bias: bias, runningMean: mean, runningVariance: variance, training: true,
      momentum: 0.25, epsilon: 1e-3)
    var expected = [Double](repeating: 0, count: 24)
    var (means, variances): ([Double], [Double]) = ([], [])
    for channel in 0..<2 {
      let places = (0..<3).flatMap { image in (0..<4).map { (image * 2 + channel) * 4 + $0 } }
      let mean = places.reduce(0) { $0 + Double(values[$1]) } / 12
      let squares = places.reduce(0) {
        $0 + (Double(values[$1]) - mean) * (Double(values[$1]) - mean)
      }
      for place in places {
        let normal = (Double(values[place]) - mean) / (squares / 12 + 1e-3).squareRoot()
        expected[place] = normal * [2, 0.5][channel] + [1, -1][channel]
      }
      means.append(0.25 * mean)
      variances.append(0.75 + 0.25 * squares / 11)
    }
    expectClose(try out.toDoubles(), expected, within: 1e-5)
    expectClose(try mean.toDoubles(), means, within: 1e-6)
    expectClose(try variance.toDoubles(), variances, within: 1e-6)

    let still = try x.batchNorm(
      weight: weight, bias: bias, runningMean: mean, runningVariance: variance, training: false,
      epsilon: 1e-3)
    let first = (Double(values[0]) - means[0]) / (variances[0] + 1e-3).squareRoot() * 2 + 1
    expectClose([try still.toDoubles()[0]], [first], within: 1e-5)
    expectClose(try mean.toDoubles(), means, within: 1e-6)
  }

  @Test func pooling() throws {
    let x = try Tensor((0..<20).map(Float.init), shape: [1, 1, 4, 5])
    #expect(try x.maxPool2d(kernel: 2).toFloats() == [6, 8, 16, 18])
    #expect(
      try x.maxPool2d(kernel: 2, ceilMode: true).toFloats() == [6, 8, 9, 16, 18, 19])
    #expect(try x.maxPool2d(kernel: 2, stride: Size2(2, 3), dilation: 2).toFloats() == [12])
    #expect(try x.averagePool2d(kernel: 2).toFloats() == [3, 5, 13, 15])
    let padded = try x.averagePool2d(kernel: 2, padding: 1)
    #expect(try padded.toFloats()[0] == 0)
    #expect(try padded.toFloats()[1] == 0.75)
    #expect(
      try x.averagePool2d(kernel: 2, padding: 1, countPadding: false).toFloats()[1] == 1.5)
    #expect(try x.adaptiveAveragePool2d().toFloats() == [9.5])
  }

  @Test(arguments: [1, 2, 3, 4]) func localResponseNorm(size: Int) throws {
    let values = noise(2 * 5 * 3).map { $0 * 4 }
    let found = try Tensor(values, shape: [2, 5, 1, 3]).localResponseNorm(
      size: size, alpha: 0.5, beta: 0.75, bias: 2)
    var expected: [Double] = []
    for image in 0..<2 {
      for channel in 0..<5 {
        let window =
          max(0, channel - (size - 1) / 2)...min(4, channel + size - 1 - (size - 1) / 2)
        for pixel in 0..<3 {
          let sum = window.reduce(0.0) {
            let value = Double(values[(image * 5 + $1) * 3 + pixel])
            return $0 + value * value
          }
          let value = Double(values[(image * 5 + channel) * 3 + pixel])
          expected.append(value / pow(2 + 0.5 * sum / Double(size), 0.75))
        }
      }
    }
    expectClose(try found.toDoubles(), expected, within: 1e-5)
  }

  @Test func activations() throws {
    let x = try Tensor([-4, -1, 0, 0.5, 5] as [Float], shape: [1, 5])
    #expect(try x.relu().toFloats() == [0, 0, 0, 0.5, 5])
    #expect(try x.leakyRelu(0.25).toFloats() == [-1, -0.25, 0, 0.5, 5])
    #expect(
      try x.prelu(Tensor([0.5] as [Float], shape: [1])).toFloats() == [-2, -0.5, 0, 0.5, 5])
    expectClose(
      try x.hardSigmoid().toDoubles(), [0, 2.0 / 6, 0.5, 3.5 / 6, 1], within: 1e-6)
    expectClose(
      try x.hardSwish().toDoubles(), [0, -2.0 / 6, 0, 0.5 * 3.5 / 6, 5], within: 1e-6)
    #expect(try x.sigmoid().toFloats()[2] == 0.5)
    #expect(try x.tanh().toFloats()[2] == 0)
    expectClose([try x.softmax().sum().item()], [1], within: 1e-6)
    expectClose(
      try x.logSoftmax().exp().toDoubles(), try x.softmax().toDoubles(), within: 1e-6)
    let y = try x.clone()
    try y.reluInPlace()
    #expect(try y.toFloats() == [0, 0, 0, 0.5, 5])
  }
}

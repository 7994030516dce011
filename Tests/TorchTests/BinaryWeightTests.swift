import Testing
import ThrownErrors
import Torch

@Suite struct BinaryWeightTests {
  @Test(arguments: [1, 2, 3], [1, 5, 16, 27, 70])
  func forwardAndGradients(codes: Int, length: Int) throws {
    let filters = 3
    let shape = [codes, filters, length]
    var latents = noise(codes * filters * length, seed: UInt64(codes * 100 + length))
    latents[0] = 0
    let scales = noise(codes * filters, seed: 5)
    let seeds = noise(filters * length, seed: 6)
    let clip = 0.5
    let latent = try Tensor(latents, shape: shape)
    let scale = try Tensor(scales, shape: [codes, filters])
    try latent.setRequiresGrad()
    try scale.setRequiresGrad()
    let weight = try Tensor.binaryWeight(latent: latent, scale: scale, clip: clip)
    #expect(weight.shape == [filters, length])
    try weight.backward(seed: Tensor(seeds, shape: [filters, length]))

    var expected = [Double](repeating: 0, count: filters * length)
    var latentGrad = [Double](repeating: 0, count: latents.count)
    var scaleGrad = [Double](repeating: 0, count: scales.count)
    for k in 0..<codes {
      for o in 0..<filters {
        for s in 0..<length {
          let (row, place) = (k * filters + o, o * length + s)
          let value = latents[row * length + s]
          let sign = value >= 0 ? 1.0 : -1.0
          expected[place] += Double(scales[row]) * sign
          scaleGrad[row] += Double(seeds[place]) * sign
          if abs(Double(value)) <= clip {
            latentGrad[row * length + s] = Double(scales[row]) * Double(seeds[place])
          }
        }
      }
    }
    let rounding = Double(length + codes) * 0x1p-24
    expectClose(try weight.toDoubles(), expected, within: rounding)
    expectClose(try #require(try latent.grad).toDoubles(), latentGrad, within: 0x1p-23)
    expectClose(
      try #require(try scale.grad).toDoubles(), scaleGrad, within: Double(length) * rounding)
  }

  @Test func zeroIsPlusOneAndNothingIsClippedByDefault() throws {
    let latent = try Tensor([0, -0.0, 100, -100] as [Float], shape: [1, 1, 4])
    let scale = try Tensor([2] as [Float], shape: [1, 1])
    try latent.setRequiresGrad()
    let weight = try Tensor.binaryWeight(latent: latent, scale: scale)
    #expect(try weight.toFloats() == [2, 2, 2, -2])
    try weight.sum().backward()
    #expect(try latent.grad?.toFloats() == [2, 2, 2, 2])
    #expect(try scale.grad == nil)
  }

  @Test func gradientOfAChannelsLastConvolution() throws {
    let latent = try noiseTensor([1, 8, 4, 3, 3], seed: 2)
    let scale = try Tensor.full(0.5, [1, 8])
    try latent.setRequiresGrad()
    let x = try noiseTensor([2, 4, 6, 6])
    try x.conv2d(Tensor.binaryWeight(latent: latent, scale: scale)).square().sum().backward()
    let plain = try #require(try latent.grad).toDoubles()
    try latent.clearGrad()
    try x.channelsLast()
      .conv2d(Tensor.binaryWeight(latent: latent, scale: scale).channelsLast())
      .square().sum().backward()
    expectClose(try #require(try latent.grad).toDoubles(), plain, within: 1e-4)
  }

  @Test func wrongShapesAndTypesThrow() throws {
    let latent = try Tensor.zeros([1, 4, 3])
    let error = #expect(throws: TorchError.self) {
      try Tensor.binaryWeight(latent: latent, scale: Tensor.zeros([4]))
    }
    #expect(error?.message.contains("do not agree") == true)
    #expect(
      thrown(TorchError.self) {
        try Tensor.binaryWeight(latent: latent.to(.float64), scale: Tensor.zeros([1, 4]))
      } == "binaryWeight: latent weights and scales must be float32, got Double and Float")
  }
}

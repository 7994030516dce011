import Foundation
import Testing
import ThrownErrors
import Torch

@Suite struct OptimizerTests {
  let start = noise(37).map(Double.init)
  /// The gradient at step t, which depends on the parameters so that errors would grow.
  func gradient(_ parameters: [Double], _ step: Int) -> [Double] {
    parameters.enumerated().map { index, p in p * 0.3 + Double((index + step) % 5) * 0.1 - 0.2 }
  }

  @Test(arguments: [(0, false), (0.9, false), (0.9, true)])
  func sgdFollowsItsFormula(momentum: Double, nesterov: Bool) throws {
    let (rate, decay) = (0.05, 0.01)
    let step = SGDStep(
      learningRate: rate, momentum: momentum, weightDecay: decay, nesterov: nesterov)
    let parameter = try Tensor(start.map(Float.init), shape: [37])
    try parameter.setRequiresGrad()
    let buffers = momentum > 0 ? [try Tensor.zeros([37])] : []
    var p = start
    var b = [Double](repeating: 0, count: 37)
    for t in 0..<5 {
      let slopes = gradient(p, t)
      for i in p.indices {
        let g = slopes[i] + decay * p[i]
        b[i] = t == 0 ? g : momentum * b[i] + g
        p[i] -= rate * (momentum == 0 ? g : nesterov ? g + momentum * b[i] : b[i])
      }
      try step.apply(
        to: [parameter], gradients: [Tensor(slopes.map(Float.init), shape: [37])],
        buffers: buffers, isFirst: t == 0)
    }
    expectClose(try parameter.toDoubles(), p, within: 1e-6)
    if momentum > 0 { expectClose(try buffers[0].toDoubles(), b, within: 1e-6) }
  }

  @Test(arguments: [false, true]) func adamFollowsItsFormula(decoupled: Bool) throws {
    let step = AdamStep(
      learningRate: 0.01, beta1: 0.8, beta2: 0.95, epsilon: 1e-6, weightDecay: 0.02,
      decoupled: decoupled)
    let parameter = try Tensor(start.map(Float.init), shape: [37])
    let (mean, square) = (try Tensor.zeros([37]), try Tensor.zeros([37]))
    var p = start
    var m = [Double](repeating: 0, count: 37)
    var v = m
    for t in 1...6 {
      let slopes = gradient(p, t)
      for i in p.indices {
        var g = slopes[i]
        if decoupled { p[i] -= 0.01 * 0.02 * p[i] } else { g += 0.02 * p[i] }
        m[i] = 0.8 * m[i] + 0.2 * g
        v[i] = 0.95 * v[i] + 0.05 * g * g
        let first = m[i] / (1 - pow(0.8, Double(t)))
        let second = v[i] / (1 - pow(0.95, Double(t)))
        p[i] -= 0.01 * first / (second.squareRoot() + 1e-6)
      }
      try step.apply(
        to: [parameter], gradients: [Tensor(slopes.map(Float.init), shape: [37])],
        means: [mean], squares: [square], step: t)
    }
    expectClose(try parameter.toDoubles(), p, within: 1e-6)
    expectClose(try mean.toDoubles(), m, within: 1e-6)
    expectClose(try square.toDoubles(), v, within: 1e-6)
  }

  @Test func gradientsInAnotherLayoutAreRearranged() throws {
    let parameter = try Tensor.zeros([2, 3, 2, 2])
    let gradient = try noiseTensor([2, 3, 2, 2])
    try SGDStep(learningRate: 1).apply(
      to: [parameter], gradients: [gradient.channelsLast()], buffers: [], isFirst: true)
    #expect(try parameter.toFloats() == gradient.toFloats().map { -$0 })
  }

  @Test func listsThatDoNotFitThrow() throws {
    let parameter = try Tensor.zeros([2])
    let other = try Tensor.zeros([3])
    #expect(
      thrown(TorchError.self) {
        try SGDStep(learningRate: 1).apply(
          to: [parameter], gradients: [], buffers: [], isFirst: true)
      } == "SGD step: 1 parameters but 0 gradients or states")
    #expect(
      thrown(TorchError.self) {
        try SGDStep(learningRate: 1).apply(
          to: [parameter], gradients: [other], buffers: [], isFirst: true)
      } == "SGD step: parameter 0 has shape [2], its gradient [3]")
    #expect(
      thrown(TorchError.self) {
        try AdamStep(learningRate: 1).apply(
          to: [parameter], gradients: [parameter], means: [other], squares: [parameter], step: 1)
      } == "Adam step: optimiser state 0 does not match its parameter: [3] and [2]")
  }

  @Test func clippingLimitsTheJointNorm() throws {
    let a = try Tensor([3] as [Float], shape: [1])
    let b = try Tensor([4, 0] as [Float], shape: [2])
    #expect(try clipGradients([a, b], norm: 10) == 5)
    #expect(try a.toFloats() == [3])
    #expect(try clipGradients([a, b], norm: 1) == 5)
    expectClose(try a.toDoubles() + b.toDoubles(), [0.6, 0.8, 0], within: 1e-6)
  }
}

import Foundation
import Testing
import ThrownErrors
import Torch

@Suite struct GradientTests {
  /// Compares the recorded gradient of Σ seed · f(x) with central differences.
  func check(
    _ shape: [Int], seed: UInt64 = 1, _ function: (Tensor) throws -> Tensor,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let values = noise(shape.reduce(1, *), seed: seed).map(Double.init)
    let x = try Tensor(values, shape: shape)
    try x.setRequiresGrad()
    let out = try function(x)
    let weights = try Tensor(
      noise(out.elementCount, seed: 77).map(Double.init), shape: out.shape)
    try out.backward(seed: weights)
    let found = try #require(try x.grad).toDoubles()
    let expected = try numericalGradient(values, shape: shape) {
      try (function($0) * weights).sum()
    }
    // Central differences err by step² · f''' and by rounding / step, both below 1e-8 here.
    expectClose(found, expected, within: 1e-6, sourceLocation: sourceLocation)
  }

  func constant(_ shape: [Int], seed: UInt64) throws -> Tensor {
    try Tensor(noise(shape.reduce(1, *), seed: seed).map(Double.init), shape: shape)
  }

  @Test func convolution() throws {
    let weight = try constant([4, 3, 3, 3], seed: 2)
    let input = try constant([2, 3, 5, 5], seed: 3)
    try check([2, 3, 5, 5]) { try $0.conv2d(weight, stride: 2, padding: 1) }
    try check([4, 3, 3, 3]) { try input.conv2d($0, stride: 2, padding: 1) }
  }

  @Test func batchNormInTraining() throws {
    try check([3, 2, 2, 2]) {
      try $0.batchNorm(runningMean: nil, runningVariance: nil, training: true)
    }
  }

  @Test func losses() throws {
    let classes = try Tensor([2, 0] as [Int64], shape: [2])
    let teacher = try constant([2, 4], seed: 9).logSoftmax()
    try check([2, 4]) { try $0.crossEntropy(classes, labelSmoothing: 0.1) }
    try check([2, 4]) { try $0.logSoftmax().klDivergence(fromLog: teacher) }
  }

  @Test func layers() throws {
    try check([1, 2, 4, 4]) { try $0.averagePool2d(kernel: 2) }
    try check([1, 2, 4, 4]) { try $0.maxPool2d(kernel: 2) }
    try check([1, 3, 2, 2]) { try $0.localResponseNorm(size: 3) }
    try check([2, 5]) { try $0.hardSwish() }
    try check([2, 5]) { try $0.leakyRelu() }
    try check([1, 2, 4, 4]) { try $0.unfold(kernel: 3, padding: 1) }
    try check([2, 3]) { try $0.pad([1, 2], value: 3).slice(1, step: 2) }
  }

  @Test func valuesOfTheLosses() throws {
    let logits = try Tensor([0, 1, 2, 3, 1, 0] as [Float], shape: [2, 3])
    let classes = try Tensor([2, 1] as [Int64], shape: [2])
    let log = try logits.logSoftmax().toDoubles()
    expectClose(
      [try logits.crossEntropy(classes).item()], [-(log[2] + log[4]) / 2], within: 1e-6)
    let smoothed = -(0.7 * (log[2] + log[4]) + 0.3 / 3 * log.reduce(0, +)) / 2
    expectClose(
      [try logits.crossEntropy(classes, labelSmoothing: 0.3).item()], [smoothed], within: 1e-6)
    let teacher = try logits.flip([1]).logSoftmax()
    let divergence = zip(try teacher.toDoubles(), log).reduce(0.0) {
      $0 + exp($1.0) * ($1.0 - $1.1)
    }
    expectClose(
      [try logits.logSoftmax().klDivergence(fromLog: teacher).item()], [divergence / 2],
      within: 1e-6)
  }

  @Test func gradientsAddUpUntilCleared() throws {
    let x = try Tensor([3] as [Float], shape: [1])
    try x.setRequiresGrad()
    #expect(x.requiresGrad)
    #expect(try x.grad == nil)
    try x.square().backward()
    try x.square().backward()
    #expect(try x.grad?.toFloats() == [12])
    try x.clearGrad()
    #expect(try x.grad == nil)
    #expect(
      thrown(TorchError.self) { try x.detach().backward() }
        == "backward: element 0 of tensors does not require grad and does not have a grad_fn")
  }

  @Test func noGradRestoresTheSettingAlsoWhenItThrows() throws {
    let x = try Tensor([3] as [Float], shape: [1])
    try x.setRequiresGrad()
    #expect(isGradEnabled())
    #expect(try noGrad { () throws(TorchError) in try x.square().requiresGrad } == false)
    let text = thrown(TorchError.self) {
      try noGrad { () throws(TorchError) in
        #expect(!isGradEnabled())
        _ = try x.matmul(Tensor.zeros([2, 2, 2]).reshape([7]))
      }
    }
    #expect(text == "reshape: shape '[7]' is invalid for input of size 8")
    #expect(isGradEnabled())
    #expect(
      thrown(TorchError.self) { try x.addInPlace(1) }
        == "addInPlace: a leaf Variable that requires grad is being used in an in-place operation.")
    try noGrad { () throws(TorchError) in try x.addInPlace(1) }
    #expect(try x.toFloats() == [4])
  }

  @Test func mixedPrecisionKeepsParametersAndGradientsInFloat() throws {
    let weight = try noiseTensor([4, 3, 3, 3], seed: 2)
    try weight.setRequiresGrad()
    let x = try noiseTensor([2, 3, 6, 6])
    let exact = try x.conv2d(weight, padding: 1)
    let out = try withAutocast(.bfloat16) { () throws(TorchError) in
      // An evaluation inside the scope must not hide the parameter from the training pass.
      _ = try noGrad { () throws(TorchError) in try x.conv2d(weight, padding: 1) }
      return try x.conv2d(weight, padding: 1)
    }
    #expect(try out.dtype == .bfloat16)
    #expect(try x.conv2d(weight, padding: 1).dtype == .float32)
    // Each operand and the result carry 8 bits: 27 products below 1, each off by 2 · 2⁻⁹ at most.
    let error = try (out.to(.float32) - exact).abs().amax().item()
    #expect(error > 0 && error < 27 * 0x1p-8)
    try out.to(.float32).square().sum().backward()
    #expect(try weight.grad?.dtype == .float32)
    #expect(
      try withAutocast(.bfloat16) { () throws(TorchError) in
        try withAutocast(.float32) { () throws(TorchError) in try x.conv2d(weight).dtype }
      } == .float32)
  }

  /// oneDNN must not be led to instructions that this machine announces but cannot run.
  @Test(arguments: [[128, 64, 10], [64, 64, 64], [1, 16, 16]])
  func matrixProductsInBFloat16(_ sizes: [Int]) throws {
    let a = try noiseTensor([sizes[0], sizes[1]])
    let b = try noiseTensor([sizes[1], sizes[2]], seed: 2)
    let exact = try a.matmul(b)
    let rounded = try withAutocast(.bfloat16) { () throws(TorchError) in try a.matmul(b) }
    #expect(try rounded.dtype == .bfloat16)
    let error = try (rounded.to(.float32) - exact).abs().amax().item()
    #expect(error > 0 && error < Double(sizes[1]) * 0x1p-8)
  }
}

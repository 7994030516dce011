import Testing
import ThrownErrors
import Torch

@Suite struct TensorTests {
  @Test func createsAndReadsBack() throws {
    let floats = try Tensor([1, 2.5, -3, 4, 5, 6] as [Float], shape: [2, 3])
    #expect(floats.shape == [2, 3])
    #expect(floats.rank == 2)
    #expect(floats.elementCount == 6)
    #expect(try floats.dtype == .float32)
    #expect(try floats.toFloats() == [1, 2.5, -3, 4, 5, 6])
    #expect(try floats.transpose(0, 1).toFloats() == [1, 4, 2.5, 5, -3, 6])
    #expect(try floats.toInt64s() == [1, 2, -3, 4, 5, 6])
    #expect(try Tensor([7, 8] as [Int64], shape: [2]).toDoubles() == [7, 8])
    #expect(try Tensor([7, 255] as [UInt8], shape: [2]).to(.float32).toFloats() == [7, 255])
    #expect(try Tensor(2.5).item() == 2.5)
    #expect(try Tensor(2.5).shape == [])
    #expect(try Tensor.zeros([0, 4]).toFloats().isEmpty)
    #expect(try Tensor.full(3, [2], dtype: .bfloat16).dtype == .bfloat16)
  }

  @Test(arguments: DType.allCases) func everyElementType(_ dtype: DType) throws {
    let tensor = try Tensor.ones([3], dtype: dtype)
    #expect(try tensor.dtype == dtype)
    #expect(try tensor.toFloats() == [1, 1, 1])
    #expect(try tensor.withUnsafeBytes { $0.count } == 3 * dtype.byteCount)
  }

  @Test func bytesMustFillTheShape() throws {
    let error = #expect(throws: TorchError.self) {
      try Tensor([1, 2, 3] as [Float], shape: [2, 2])
    }
    #expect(error?.operation == "tensor")
    #expect(error?.message == "shape [2, 2] of Float needs 16 bytes, got 12")
  }

  @Test func shapesThatDoNotFitAreExplained() throws {
    let a = try Tensor.zeros([2, 3])
    let b = try Tensor.zeros([4, 5])
    let product = #expect(throws: TorchError.self) { try a.matmul(b) }
    #expect(product?.operation == "matmul")
    #expect(
      product?.message == "mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)")
    #expect(
      product.map { "\($0)" } == "matmul: mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)")
    let sum = #expect(throws: TorchError.self) { try a + b }
    #expect(sum?.message.contains("must match the size of tensor b (5)") == true)
    #expect(
      thrown(TorchError.self) { try a.item() }
        == "item: a Tensor with 6 elements cannot be converted to Scalar")
    #expect(
      thrown(TorchError.self) { try Tensor.zeros([-1]) }
        == "zeros: zeros: Dimension size must be non-negative.")
    #expect(
      thrown(TorchError.self) { try Tensor.cat([]) }
        == "cat: torch.cat(): expected a non-empty list of Tensors")
    #expect(
      thrown(TorchError.self) { try a.narrow(0, start: 1, length: 5) }
        == "narrow: start (1) + length (5) exceeds dimension size (2).")
  }

  @Test func hugeAllocationsThrow() throws {
    let error = #expect(throws: TorchError.self) { try Tensor.zeros([1 << 40, 1 << 20]) }
    #expect(error?.message.isEmpty == false)
  }

  @Test func channelsLastRoundTrip() throws {
    let tensor = try noiseTensor([2, 3, 4, 5])
    let reordered = try tensor.channelsLast()
    #expect(tensor.isContiguous && !tensor.isChannelsLast)
    #expect(reordered.isChannelsLast && !reordered.isContiguous)
    #expect(reordered.shape == tensor.shape)
    #expect(try reordered.toFloats() == tensor.toFloats())
    #expect(try reordered.contiguous().isContiguous)
    #expect(
      try reordered.permute([0, 2, 3, 1]).isContiguous, "the memory is in N-H-W-C order")
  }

  @Test func arithmetic() throws {
    let a = try Tensor([1, -2, 4] as [Float], shape: [3])
    let b = try Tensor([2, 2, -8] as [Float], shape: [3])
    #expect(try (a + b).toFloats() == [3, 0, -4])
    #expect(try (a - b).toFloats() == [-1, -4, 12])
    #expect(try (a * b).toFloats() == [2, -4, -32])
    #expect(try (a / b).toFloats() == [0.5, -1, -0.5])
    #expect(try (1 - a).toFloats() == [0, 3, -3])
    #expect(try (8 / a).toFloats() == [8, -4, 2])
    #expect(try (a * 2 + 1 - 3).toFloats() == [0, -6, 6])
    #expect(try (-a / 2).toFloats() == [-0.5, 1, -2])
    #expect(try a.abs().sqrt().toFloats()[2] == 2)
    #expect(try a.square().toFloats() == [1, 4, 16])
    #expect(try a.sign().toFloats() == [1, -1, 1])
    #expect(try a.clamp(-1, 3).toFloats() == [1, -1, 3])
    #expect(try a.clamp(0).toFloats() == [1, 0, 4])
    #expect(try a.clamp().toFloats() == [1, -2, 4])
    #expect(try a.maximum(b).toFloats() == [2, 2, 4])
    expectClose(try a.exp().log().toDoubles(), [1, -2, 4], within: 1e-6)
    #expect(try Tensor.where(a.ge(0), a, b).toFloats() == [1, 2, 4])
    #expect(try a.eq(a).dtype == .bool)
    #expect(try a.ge(b).toInt64s() == [0, 0, 1])
    let odd = try Tensor([1, .nan, .infinity] as [Float], shape: [3])
    #expect(try odd.isFinite().toInt64s() == [1, 0, 0])
  }

  @Test func inPlace() throws {
    let a = try Tensor([1, 2, 3] as [Float], shape: [3])
    let b = try Tensor([8, 16, 24] as [Float], shape: [3])
    try a.addInPlace(b, scale: 0.125)
    #expect(try a.toFloats() == [2, 4, 6])
    try a.subtractInPlace(b, scale: 0.25)
    #expect(try a.toFloats() == [0, 0, 0])
    try a.copy(from: b)
    try a.multiplyInPlace(2)
    try a.addInPlace(1)
    #expect(try a.toFloats() == [17, 33, 49])
    try a.lerpInPlace(b, weight: 1)
    #expect(try a.toFloats() == [8, 16, 24])
    try a.multiplyInPlace(b)
    #expect(try a.toFloats() == [64, 256, 576])
    try a.clampInPlace(100, 300)
    #expect(try a.toFloats() == [100, 256, 300])
    try a.zero()
    #expect(try a.toFloats() == [0, 0, 0])
  }

  @Test func reductions() throws {
    let a = try Tensor([1, 2, 3, 4, 5, 9] as [Float], shape: [2, 3])
    #expect(try a.sum().item() == 24)
    #expect(try a.sum([0]).toFloats() == [5, 7, 12])
    #expect(try a.mean([1], keepDimensions: true).toFloats() == [2, 6])
    #expect(try a.mean([1], keepDimensions: true).shape == [2, 1])
    #expect(try a.variance([1]).toFloats() == [1, 7])
    #expect(try a.variance([1], unbiased: false).toFloats()[1] == Float(14.0 / 3))
    #expect(try a.amax([0]).toFloats() == [4, 5, 9])
    #expect(try a.amin().item() == 1)
    #expect(try a.argmax(1).toInt64s() == [2, 2])
    #expect(try Tensor([3, 4] as [Float], shape: [2]).norm().item() == 5)
  }

  @Test func shapeOperations() throws {
    let a = try Tensor((0..<24).map(Float.init), shape: [2, 3, 4])
    #expect(try a.permute([2, 0, 1]).shape == [4, 2, 3])
    #expect(try a.flatten(from: 1).shape == [2, 12])
    #expect(try a.unsqueeze(1).shape == [2, 1, 3, 4])
    #expect(try a.unsqueeze(1).squeeze(1).shape == [2, 3, 4])
    #expect(
      try a.narrow(2, start: 1, length: 2).slice(0, end: 1).toFloats() == [1, 2, 5, 6, 9, 10])
    #expect(try a.flatten().slice(0, start: 1, end: 12, step: 5).toFloats() == [1, 6, 11])
    #expect(try Tensor.cat([a, a], 1).shape == [2, 6, 4])
    let index = try Tensor([2, 0] as [Int64], shape: [2])
    #expect(try a.indexSelect(1, index).shape == [2, 2, 4])
    #expect(try index.flip([0]).toInt64s() == [0, 2])
    let row = try Tensor([1, 2] as [Float], shape: [1, 2])
    #expect(try row.pad([1, 0, 0, 1], value: 7).toFloats() == [7, 1, 2, 7, 7, 7])
    #expect(try row.expand([2, 2]).toFloats() == [1, 2, 1, 2])
  }
}

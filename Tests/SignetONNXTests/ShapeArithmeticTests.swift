import Foundation
import SignetModel
import Testing

@testable import SignetONNX

/// Arithmetic on shapes vanishes, and the batch stays free.
@Suite struct ShapeArithmeticTests {
  @Test func reshapeToComputedExtents() throws {
    var file = TestFile()
    file.integers("zero", [0], dims: [])
    file.integers("axes", [0])
    file.integers("rest", [-1])
    file.node("Shape", ["image"], "shape")
    file.node("Gather", ["shape", "zero"], "batch")
    file.node("Unsqueeze", ["batch", "axes"], "batch_row")
    file.node("Concat", ["batch_row", "rest"], "target", attributes: [.integer("axis", 0)])
    file.node("Reshape", ["image", "target"], "out")
    let graph = try file.model().graph
    #expect(graph.nodes.map(\.operation) == [.flatten])
    #expect(graph.outputShape == .vector(48))
  }

  @Test func batchMustStayFirst() throws {
    var file = TestFile()
    file.integers("target", [48, -1])
    file.node("Reshape", ["image", "target"], "out")
    #expect(try file.problems().map(\.attribute) == ["shape"])
  }

  @Test func fixedBatchIsFreed() throws {
    var file = TestFile(input: [1, 3, 4, 4])
    file.integers("target", [1, 12, 4])
    file.node("Reshape", ["image", "target"], "out")
    #expect(try file.model().graph.outputShape == .map(12, 1, 4) || file.model().classCount == 48)
  }

  @Test func zerosOfTheBatchArePadding() throws {
    var file = TestFile()
    file.integers("rest", [2, 4, 4])
    file.integers("first", [0])
    file.integers("one", [1])
    file.node("Shape", ["image"], "shape")
    file.node("Slice", ["shape", "first", "one"], "batch")
    file.node("Concat", ["batch", "rest"], "extents", attributes: [.integer("axis", 0)])
    file.node("ConstantOfShape", ["extents"], "zeros")
    file.node("Concat", ["image", "zeros"], "out", attributes: [.integer("axis", 1)])
    let graph = try file.model().graph
    #expect(graph.nodes.map(\.operation) == [.pad(Pad(channelsAfter: 2))])
  }

  @Test func transposesThatCancelVanish() throws {
    var file = TestFile()
    file.node("Transpose", ["image"], "last", attributes: [.integers("perm", [0, 2, 3, 1])])
    file.node("Relu", ["last"], "active")
    file.node("Transpose", ["active"], "out", attributes: [.integers("perm", [0, 3, 1, 2])])
    #expect(try file.model().graph.nodes.map(\.operation) == [.relu])
  }

  @Test func channelsLastInputNeedsNoTranspose() throws {
    var file = TestFile(input: [nil, 4, 5, 3])
    file.floats("mean", [3], [1, 2, 3])
    file.floats("weight", [2, 3, 1, 1], numbers(6))
    file.node("Sub", ["image", "mean"], "centred")
    file.node("Transpose", ["centred"], "first", attributes: [.integers("perm", [0, 3, 1, 2])])
    file.node("Conv", ["first", "weight"], "out")
    let model = try file.model()
    #expect(model.graph.inputShape == .map(3, 4, 5))
    #expect(model.graph.nodes.map(\.operation.kind) == [.affine, .convolution])
    #expect(model.weights["centred.bias"]?.shape == [3, 1, 1] || model.weights.count == 2)
  }

  @Test func channelShuffleIsOneOperation() throws {
    var file = TestFile(input: [nil, 6, 4, 4])
    file.integers("grouped", [-1, 2, 3, 4, 4])
    file.integers("joined", [-1, 6, 4, 4])
    file.floats("weight", [3, 6, 1, 1], numbers(18))
    file.floats("project", [6, 3, 1, 1], numbers(18))
    file.proto.graph.input[0].type.tensorType.shape.dim[1].dimValue = 3
    file.node("Conv", ["image", "project"], "wide")
    file.node("Reshape", ["wide", "grouped"], "groups")
    file.node("Transpose", ["groups"], "swapped", attributes: [.integers("perm", [0, 2, 1, 3, 4])])
    file.node("Reshape", ["swapped", "joined"], "shuffled")
    file.node("Conv", ["shuffled", "weight"], "out")
    let operations = try file.model().graph.nodes.map(\.operation)
    #expect(operations.count == 3)
    #expect(
      operations[1]
        == .transpose(
          Transposition(extents: [2, 3, 4, 4], order: [1, 0, 2, 3], shape: .map(6, 4, 4))))
  }

  @Test func biasAfterAProductIsItsBias() throws {
    var file = TestFile(input: [nil, 1, 1, 3])
    file.floats("m", [3, 2], [1, 2, 3, 4, 5, 6])
    file.floats("b", [2], [7, 8])
    file.node("Flatten", ["image"], "row")
    file.node("MatMul", ["row", "m"], "product")
    file.node("Add", ["product", "b"], "out")
    let model = try file.model()
    #expect(model.graph.nodes.map(\.operation.kind) == [.flatten, .linear])
    #expect(model.weights.values.first { $0.shape == [2, 3] }?.floats == [1, 3, 5, 2, 4, 6])
    #expect(model.weights.values.first { $0.shape == [2] }?.floats == [7, 8])
  }

  @Test func gatesBecomeOneFunction() throws {
    var file = TestFile()
    file.node("Sigmoid", ["image"], "gate")
    file.node("Mul", ["image", "gate"], "silu")
    file.node(
      "HardSigmoid", ["silu"], "hard", attributes: [.float("alpha", 1 / 6), .float("beta", 0.5)])
    file.node("Mul", ["hard", "silu"], "out")
    #expect(
      try file.model().graph.nodes.map(\.operation) == [
        .activation(.silu), .activation(.hardSwish),
      ])
  }

  /// `x · clip(x + 3, 0, 6) / 6`, by whichever factor first.
  @Test func spelledOutGatesBecomeOneFunction() throws {
    var file = TestFile()
    file.floats("three", [], [3])
    file.floats("six", [], [6])
    file.floats("sixth", [], [1 / 6])
    file.floats("zero", [], [0])
    file.node("Add", ["image", "three"], "sum")
    file.node("Clip", ["sum", "zero", "six"], "clipped")
    file.node("Mul", ["image", "clipped"], "product")
    file.node("Div", ["product", "six"], "first")
    file.node("Add", ["first", "three"], "second sum")
    file.node("Clip", ["second sum", "zero", "six"], "second clipped")
    file.node("Mul", ["second clipped", "sixth"], "gate")
    file.node("Mul", ["first", "gate"], "out")
    #expect(
      try file.model().graph.nodes.map(\.operation) == [
        .activation(.hardSwish), .activation(.hardSwish),
      ])
  }

  @Test func otherClippedSumsStayWhatTheyAre() throws {
    var file = TestFile()
    file.floats("two", [], [2])
    file.floats("six", [], [6])
    file.floats("zero", [], [0])
    file.node("Add", ["image", "two"], "sum")
    file.node("Clip", ["sum", "zero", "six"], "clipped")
    file.node("Mul", ["image", "clipped"], "product")
    file.node("Div", ["product", "six"], "out")
    #expect(
      try file.model().graph.nodes.map(\.operation.kind) == [
        .affine, .activation, .multiply, .affine,
      ])
  }
}

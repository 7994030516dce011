import Foundation
import SignetModel
import SignetRuntime
import Testing

@testable import SignetONNX

/// Recurrent layers, against their formulas, and values whose batch is not the first axis.
@Suite struct RecurrenceTests {
  private static let steps = 3
  private static let inputs = 4
  private static let hidden = 2

  /// Sequences of an image per sample, their steps brought to the front.
  private func file(
    _ cell: String, gates: Int, _ attributes: [ProtoAttribute] = []
  ) -> TestFile {
    var file = TestFile(input: [nil, Self.steps, Self.inputs])
    let rows = gates * Self.hidden
    file.floats("W", [2, rows, Self.inputs], numbers(2 * rows * Self.inputs, seed: 1))
    file.floats("R", [2, rows, Self.hidden], numbers(2 * rows * Self.hidden, seed: 2))
    file.floats("B", [2, 2 * rows], numbers(4 * rows, seed: 3))
    file.node("Transpose", ["image"], "steps", attributes: [.integers("perm", [1, 0, 2])])
    file.node(
      cell, ["steps", "W", "R", "B"], "Y",
      attributes: [
        .string("direction", "bidirectional"), .integer("hidden_size", Self.hidden),
      ] + attributes)
    file.integers("flat", [0, -1])
    file.node("Transpose", ["Y"], "back", attributes: [.integers("perm", [2, 0, 1, 3])])
    file.node("Reshape", ["back", "flat"], "out")
    return file
  }

  private func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

  /// Steps × directions × hidden of one sample.
  ///
  /// - Parameter step: the next hidden and cell state of the gates' sums, of inputs and of the
  ///   hidden state, and the states before
  private func reference(
    _ sample: [Float], gates: Int,
    _ step: (_ own: [Double], _ fed: [Double], _ hidden: [Double], _ cell: [Double]) -> (
      [Double], [Double]
    )
  ) -> [Double] {
    let rows = gates * Self.hidden
    let weight = numbers(2 * rows * Self.inputs, seed: 1).map(Double.init)
    let recurrent = numbers(2 * rows * Self.hidden, seed: 2).map(Double.init)
    let bias = numbers(4 * rows, seed: 3).map(Double.init)
    var result = [Double](repeating: 0, count: Self.steps * 2 * Self.hidden)
    for direction in 0..<2 {
      var hidden = [Double](repeating: 0, count: Self.hidden)
      var cell = hidden
      for position in 0..<Self.steps {
        let time = direction == 0 ? position : Self.steps - 1 - position
        var (own, fed) = ([Double](), [Double]())
        for row in 0..<rows {
          let line = direction * rows + row
          own.append(
            bias[direction * 2 * rows + row]
              + (0..<Self.inputs).reduce(0) {
                $0 + weight[line * Self.inputs + $1] * Double(sample[time * Self.inputs + $1])
              })
          fed.append(
            bias[direction * 2 * rows + rows + row]
              + (0..<Self.hidden).reduce(0) { $0 + recurrent[line * Self.hidden + $1] * hidden[$1] }
          )
        }
        (hidden, cell) = step(own, fed, hidden, cell)
        for index in 0..<Self.hidden {
          result[(time * 2 + direction) * Self.hidden + index] = hidden[index]
        }
      }
    }
    return result
  }

  private func check(_ file: TestFile, _ expected: ([Float]) -> [Double]) throws {
    let images = numbers(2 * Self.steps * Self.inputs, seed: 4)
    let engine = try Engine(
      model: try file.model(), options: Engine.Options(maximumBatch: 2, isExact: true))
    let scores = try engine.run(images, count: 2)
    let length = Self.steps * Self.inputs
    let wanted = expected(Array(images[..<length])) + expected(Array(images[length...]))
    #expect(scores.count == wanted.count)
    for (score, number) in zip(scores, wanted) {
      // Each step adds products of 8 numbers below 1, and functions whose slope is at most 1.
      #expect(abs(Double(score) - number) < 1e-5)
    }
  }

  @Test func lstm() throws {
    let count = Self.hidden
    try check(file("LSTM", gates: 4)) { sample in
      reference(sample, gates: 4) { own, fed, _, cell in
        let sums = zip(own, fed).map { $0 + $1 }
        let next = (0..<count).map { index in
          sigmoid(sums[2 * count + index]) * cell[index]
            + sigmoid(sums[index]) * tanh(sums[3 * count + index])
        }
        return ((0..<count).map { sigmoid(sums[count + $0]) * tanh(next[$0]) }, next)
      }
    }
  }

  @Test func gruThatResetsBehindTheWeights() throws {
    let count = Self.hidden
    try check(file("GRU", gates: 3, [.flag("linear_before_reset", true)])) { sample in
      reference(sample, gates: 3) { own, fed, hidden, cell in
        let next = (0..<count).map { index in
          let update = sigmoid(own[index] + fed[index])
          let reset = sigmoid(own[count + index] + fed[count + index])
          let candidate = tanh(own[2 * count + index] + reset * fed[2 * count + index])
          return (1 - update) * candidate + update * hidden[index]
        }
        return (next, cell)
      }
    }
  }

  @Test func whatIsNotTaken() throws {
    func found(_ attributes: [ProtoAttribute]) throws -> [String?] {
      try file("LSTM", gates: 4, attributes).problems().map(\.attribute)
    }
    #expect(try found([.float("clip", 3)]) == ["clip"])
    #expect(try found([.flag("input_forget", true)]) == ["input_forget"])
    #expect(try found([.integer("layout", 1)]) == ["X"])
  }

  @Test func theBatchStaysWhereTheFileHasIt() throws {
    var last = TestFile(input: [nil, 3, 4])
    last.node("Transpose", ["image"], "out", attributes: [.integers("perm", [1, 0, 2])])
    let model = try last.model()
    #expect(model.interface?.outputs.map(\.batchAxis) == [1])
    #expect(model.interface?.outputs.map(\.extents) == [[3, 4]])
    var merged = TestFile(input: [nil, 3, 4])
    merged.integers("rows", [-1, 4])
    merged.node("Reshape", ["image", "rows"], "out")
    #expect(
      try merged.problems().map(\.found) == [
        "a value whose batch is part of axis 0: end with a Reshape"
      ])
    var pooled = TestFile(input: [nil, 3, 4, 4])
    pooled.node("Transpose", ["image"], "moved", attributes: [.integers("perm", [1, 0, 2, 3])])
    pooled.node("GlobalAveragePool", ["moved"], "out")
    #expect(try pooled.problems().map(\.found) == ["it as axis 1"])
  }

  /// Rows of all steps of all sequences, as the usual text recognisers have them.
  @Test(arguments: [nil, 1])
  func stepsAndBatchAreRows(batch: Int?) throws {
    var file = TestFile(input: [batch, 3, 4])
    file.floats("W", [2, 4], [1, 2, 3, 4, 0, 1, 0, -1])
    file.floats("C", [2], [10, 20])
    file.node("Transpose", ["image"], "steps", attributes: [.integers("perm", [1, 0, 2])])
    file.node("Shape", ["steps"], "shape")
    for (index, name) in ["length", "batch"].enumerated() {
      file.integers("place\(index)", [index])
      file.node("Gather", ["shape", "place\(index)"], name)
    }
    file.node("Mul", ["length", "batch"], "count")
    file.integers("four", [4])
    file.node("Concat", ["count", "four"], "rows", attributes: [.integer("axis", 0)])
    file.node("Reshape", ["steps", "rows"], "flat")
    file.node("Relu", ["flat"], "active")
    file.node("Gemm", ["active", "W", "C"], "scores", attributes: [.integer("transB", 1)])
    file.integers("rest", [-1])
    file.node("Concat", ["length", "batch", "rest"], "grid", attributes: [.integer("axis", 0)])
    file.node("Reshape", ["scores", "grid"], "out")
    let model = try file.model()
    #expect(model.interface?.outputs.map(\.batchAxis) == [1])
    let images: [Float] = [1, 0, -1, 0, 0, 1, 0, -5, 0, 0, 0, 2]
    let engine = try Engine(model: model, options: Engine.Options(isExact: true))
    #expect(try engine.run(images, count: 1) == [11, 20, 12, 21, 18, 18])
  }

  /// Queries, keys and values in front of the batch, as attention has them.
  @Test func partsInFrontOfTheBatchAreTaken() throws {
    var file = TestFile(input: [nil, 2, 6])
    file.integers("grid", [0, 2, 3, 2])
    file.node("Reshape", ["image", "grid"], "parts")
    file.node("Transpose", ["parts"], "front", attributes: [.integers("perm", [2, 0, 1, 3])])
    for part in 0..<3 {
      file.integers("start\(part)", [part])
      file.integers("end\(part)", [part + 1])
      file.integers("axis\(part)", [0])
      file.node(
        "Slice", ["front", "start\(part)", "end\(part)", "axis\(part)"], "cut\(part)")
      file.integers("drop\(part)", [0])
      file.node("Squeeze", ["cut\(part)", "drop\(part)"], "part\(part)")
    }
    file.node("Transpose", ["part1"], "key", attributes: [.integers("perm", [0, 2, 1])])
    file.node("MatMul", ["part0", "key"], "weights")
    file.node("MatMul", ["weights", "part2"], "out")
    let images: [Float] = [1, 2, 3, 4, 5, 6, -1, 0, 2, 1, 1, 0]
    let engine = try Engine(model: try file.model(), options: Engine.Options(isExact: true))
    // Rows [1 2] and [−1 0] times columns [3 4] and [2 1] are [[11, 4], [−3, −2]].
    #expect(try engine.run(images, count: 1) == [59, 66, -17, -18])
  }

  /// Reductions and softmax along axes before the batch.
  @Test func axesAreCountedAnew() throws {
    var file = TestFile(input: [nil, 2, 3])
    file.node("Transpose", ["image"], "moved", attributes: [.integers("perm", [1, 0, 2])])
    file.node(
      "ReduceMax", ["moved"], "largest",
      attributes: [.integers("axes", [0]), .integer("keepdims", 0)])
    file.node("Identity", ["largest"], "out")
    let model = try file.model()
    #expect(model.interface?.outputs.map(\.batchAxis) == [0])
    let engine = try Engine(model: model, options: Engine.Options(isExact: true))
    #expect(try engine.run([1, 5, 2, 4, 3, 6], count: 1) == [4, 5, 6])
  }

  @Test func functionsOfElementsLeaveTheBatchWhereItIs() throws {
    var file = TestFile(input: [nil, 3, 4])
    file.floats("bias", [4], [1, 2, 3, 4])
    file.node("Transpose", ["image"], "moved", attributes: [.integers("perm", [1, 0, 2])])
    file.node("Relu", ["moved"], "active")
    file.node("Add", ["active", "bias"], "sum")
    file.integers("place", [-1], dims: [])
    file.node("Gather", ["sum", "place"], "out", attributes: [.integer("axis", 0)])
    let images: [Float] = (0..<12).map { Float($0) - 9 }
    let engine = try Engine(model: try file.model(), options: Engine.Options(isExact: true))
    #expect(try engine.run(images, count: 1) == [1, 2, 4, 6])
  }
}

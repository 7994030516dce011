import Testing

@testable import SignetModel

@Suite struct ShapeInferenceTests {
  private func shape(_ operation: NodeOperation, of input: Shape, copies: Int = 1) throws -> Shape {
    try Graph(
      inputShape: input,
      nodes: [
        Node("node", operation, inputs: Array(repeating: Graph.inputName, count: copies))
      ], output: "node"
    ).outputShape
  }

  /// Numbers from PyTorch's documentation formula, worked out by hand.
  @Test func convolutions() throws {
    let input = Shape.map(4, 13, 10)
    func convolved(
      kernel: Size2D, stride: Size2D = Size2D(1), padding: Padding2D = Padding2D(0),
      dilation: Size2D = Size2D(1), groups: Int = 1
    ) throws -> Shape {
      try shape(
        .convolution(
          Convolution(
            inputChannels: 4, outputChannels: 6, kernel: kernel, stride: stride, padding: padding,
            dilation: dilation, groups: groups)), of: input)
    }
    #expect(try convolved(kernel: Size2D(3)) == .map(6, 11, 8))
    #expect(try convolved(kernel: Size2D(3), padding: Padding2D(1)) == .map(6, 13, 10))
    #expect(
      try convolved(kernel: Size2D(3), stride: Size2D(2), padding: Padding2D(1), groups: 2)
        == .map(6, 7, 5))
    #expect(try convolved(kernel: Size2D(3), dilation: Size2D(4)) == .map(6, 5, 2))
    #expect(
      try convolved(
        kernel: Size2D(height: 1, width: 5), stride: Size2D(height: 3, width: 1),
        padding: Padding2D(top: 0, left: 1, bottom: 2, right: 3)) == .map(6, 5, 10))
  }

  @Test func poolings() throws {
    func pooled(
      _ extent: Int, kernel: Int, stride: Int, padding: Int = 0, ceil: Bool
    ) throws -> Int {
      try shape(
        .maxPool(
          Pooling(
            kernel: Size2D(kernel), stride: Size2D(stride), padding: Padding2D(padding),
            ceilMode: ceil)), of: .map(2, extent, extent)
      ).height
    }
    #expect(try pooled(112, kernel: 3, stride: 2, ceil: true) == 56)
    #expect(try pooled(112, kernel: 3, stride: 2, ceil: false) == 55)
    #expect(try pooled(112, kernel: 3, stride: 2, padding: 1, ceil: false) == 56)
    #expect(try pooled(7, kernel: 2, stride: 2, ceil: false) == 3)
    #expect(try pooled(7, kernel: 2, stride: 2, ceil: true) == 4)
    // The extra window would start in the far padding: (4 + 2 − 2) / 3 rounds up to 2 + 1, and
    // 2 · 3 passes 4 + 1.
    #expect(try pooled(4, kernel: 2, stride: 3, padding: 1, ceil: true) == 2)
    #expect(try pooled(1, kernel: 1, stride: 5, ceil: true) == 1)
  }

  @Test func others() throws {
    let input = Shape.map(3, 5, 4)
    #expect(try shape(.flatten, of: input) == .vector(60))
    #expect(try shape(.globalAveragePool, of: input) == .map(3, 1, 1))
    #expect(try shape(.add, of: input, copies: 3) == input)
    #expect(try shape(.concatenate, of: input, copies: 3) == .map(9, 5, 4))
    #expect(try shape(.batchNorm(BatchNorm(channels: 3)), of: input) == input)
    #expect(try shape(.dropout(rate: 0.5), of: input) == input)
    let pad = Pad(
      channelsBefore: 1, channelsAfter: 2,
      spatial: Padding2D(top: 1, left: 2, bottom: 3, right: 4))
    #expect(try shape(.pad(pad), of: input) == .map(6, 9, 10))
    let slice = StridedSlice(
      channels: StridedSlice.Axis(start: 1), height: StridedSlice.Axis(step: 2),
      width: StridedSlice.Axis(start: 1, end: 4, step: 2))
    #expect(try shape(.slice(slice), of: input) == .map(2, 3, 2))
  }

  @Test func vectors() throws {
    let nodes = [
      Node("flat", .flatten, inputs: ["input"]),
      Node("fc", .linear(Linear(inputs: 8, outputs: 5)), inputs: ["flat"]),
      Node("bn", .batchNorm(BatchNorm(channels: 5)), inputs: ["fc"]),
      Node("cat", .concatenate, inputs: ["bn", "fc"]),
    ]
    let graph = try Graph(inputShape: .map(2, 2, 2), nodes: nodes, output: "cat")
    #expect(graph.outputShape == .vector(10))
    #expect(graph.layers.map(\.name) == ["fc"])
    #expect(graph.consumers(of: "fc").map(\.name) == ["bn", "cat"])
    #expect(
      graph.parameters.map(\.name) == [
        "fc.weight", "fc.bias", "bn.weight", "bn.bias", "bn.running_mean", "bn.running_var",
      ])
  }
}

import Testing

@testable import SignetModel

@Suite struct GraphValidationTests {
  private static let image = Shape.map(3, 8, 8)

  private func error(
    _ nodes: [Node], input: Shape = image, output: String? = nil
  ) -> GraphError? {
    do {
      _ = try Graph(inputShape: input, nodes: nodes, output: output ?? nodes.last?.name ?? "")
      return nil
    } catch {
      return error
    }
  }

  private func node(_ operation: NodeOperation, _ inputs: [String] = ["input"]) -> Node {
    Node("node", operation, inputs: inputs)
  }

  @Test(arguments: [[], [3, 0, 8], [3, -1, 8], [1, 1, 1, 3, 8, 8], [Int.max, 8, 8]])
  func inputShapes(extents: [Int]) {
    let found = Shape(extents)
    #expect(error([node(.relu)], input: found) == .inputShape(name: "input", found: found))
  }

  @Test func names() {
    #expect(error([Node("", .relu, inputs: ["input"])], output: "a") == .emptyName(index: 0))
    #expect(
      error([node(.relu), node(.relu)]) == .duplicateName(node: "node"))
    #expect(
      error([Node("input", .relu, inputs: ["input"])]) == .duplicateName(node: "input"))
    #expect(
      error([node(.relu, ["imput"])])
        == .unknownInput(node: "node", input: "imput", suggestion: "input"))
    #expect(
      error([node(.relu, ["later"]), Node("later", .relu, inputs: ["input"])])
        == .unknownInput(node: "node", input: "later", suggestion: nil))
    #expect(
      error([node(.relu)], output: "nodes") == .unknownOutput(name: "nodes", suggestion: "node"))
    #expect(
      error([node(.relu)], output: "input") == .unknownOutput(name: "input", suggestion: nil))
    #expect(error([]) == .unknownOutput(name: "", suggestion: nil))
  }

  @Test func inputCounts() {
    for operation in [NodeOperation.relu, .flatten, .globalAveragePool] {
      #expect(
        error([node(operation, ["input", "input"])])
          == .inputCount(
            node: "node", operation: operation.kind, expected: "one input", found: 2))
      #expect(
        error([node(operation, [])])
          == .inputCount(
            node: "node", operation: operation.kind, expected: "one input", found: 0))
    }
    for operation in [NodeOperation.add, .concatenate] {
      #expect(
        error([node(operation)])
          == .inputCount(
            node: "node", operation: operation.kind, expected: "two or more inputs", found: 1))
    }
  }

  private static let convolution = Convolution(
    inputChannels: 3, outputChannels: 6, kernel: Size2D(3))

  private static func changed<Value>(
    _ value: Value, _ change: (inout Value) -> Void
  ) -> Value {
    var copy = value
    change(&copy)
    return copy
  }

  static let wrongConvolutions: [(attribute: String, Convolution)] = [
    ("inputChannels", changed(convolution) { $0.inputChannels = 0 }),
    ("outputChannels", changed(convolution) { $0.outputChannels = -1 }),
    ("outputChannels", changed(convolution) { $0.outputChannels = .max }),
    ("groups", changed(convolution) { $0.groups = 0 }),
    ("groups", changed(convolution) { $0.groups = 2 }),
    ("kernel", changed(convolution) { $0.kernel = Size2D(0) }),
    ("kernel", changed(convolution) { $0.kernel = Size2D(9) }),
    ("kernel", changed(convolution) { $0.kernel = Size2D(.max) }),
    ("stride", changed(convolution) { $0.stride = Size2D(height: 1, width: 0) }),
    ("dilation", changed(convolution) { $0.dilation = Size2D(0) }),
    ("kernel", changed(convolution) { $0.dilation = Size2D(4) }),
    ("padding", changed(convolution) { $0.padding = Padding2D(-1) }),
    ("padding", changed(convolution) { $0.padding = Padding2D(.max) }),
    ("padding", changed(convolution) { $0.padding = Padding2D(1 << 16 + 1) }),
    ("stride", changed(convolution) { $0.stride = Size2D(1 << 16 + 1) }),
    ("dilation", changed(convolution) { $0.dilation = Size2D(1 << 16 + 1) }),
    // Padded as far as it is spread, so that one output is left.
    (
      "dilation",
      changed(convolution) {
        $0.dilation = Size2D(height: 1 << 26, width: 3 << 26)
        $0.padding = Padding2D(top: 1 << 26, left: 3 << 26, bottom: 1 << 26, right: 3 << 26)
      }
    ),
  ]

  @Test(arguments: wrongConvolutions)
  func convolutionAttributes(attribute: String, convolution: Convolution) {
    guard
      case .attribute("node", .convolution, attribute, _, _) = error(
        [node(.convolution(convolution))])
    else {
      Issue.record("\(attribute) was accepted or another error thrown")
      return
    }
  }

  static let wrongOperations: [(attribute: String, NodeOperation)] = [
    ("kernel", .maxPool(Pooling(kernel: Size2D(9), stride: Size2D(1)))),
    ("stride", .averagePool(Pooling(kernel: Size2D(2), stride: Size2D(0)))),
    ("padding", .maxPool(Pooling(kernel: Size2D(2), stride: Size2D(2), padding: Padding2D(2)))),
    ("epsilon", .batchNorm(BatchNorm(channels: 3, epsilon: -1))),
    ("epsilon", .batchNorm(BatchNorm(channels: 3, epsilon: .nan))),
    ("momentum", .batchNorm(BatchNorm(channels: 3, momentum: 2))),
    ("rate", .dropout(rate: 1)),
    ("rate", .dropout(rate: .nan)),
    ("channelsBefore", .pad(Pad(channelsBefore: -1))),
    ("channelsAfter", .pad(Pad(channelsAfter: .max))),
    ("value", .pad(Pad(value: .infinity))),
    ("spatial", .pad(Pad(spatial: Padding2D(-2)))),
    ("channels.step", .slice(StridedSlice(channels: StridedSlice.Axis(step: 0)))),
    ("height", .slice(StridedSlice(height: StridedSlice.Axis(start: 8)))),
    ("width", .slice(StridedSlice(width: StridedSlice.Axis(end: 9)))),
    ("width", .slice(StridedSlice(width: StridedSlice.Axis(start: -1)))),
    ("width", .slice(StridedSlice(width: StridedSlice.Axis(start: 3, end: 3)))),
  ]

  @Test(arguments: wrongOperations)
  func attributes(attribute: String, operation: NodeOperation) {
    guard case .attribute("node", operation.kind, attribute, _, _) = error([node(operation)])
    else {
      Issue.record("\(operation) was accepted or another error thrown")
      return
    }
  }

  @Test func shapes() {
    func expectShape(
      _ nodes: [Node], found: Shape, sourceLocation: SourceLocation = #_sourceLocation
    ) {
      guard case .shape(_, _, _, found) = error(nodes) else {
        Issue.record("accepted or another error", sourceLocation: sourceLocation)
        return
      }
    }
    let flat = Node("flat", .flatten, inputs: ["input"])
    var other = Self.convolution
    other.inputChannels = 4
    expectShape([node(.convolution(other))], found: Self.image)
    expectShape([flat, node(.convolution(Self.convolution), ["flat"])], found: .vector(192))
    expectShape([node(.linear(Linear(inputs: 192, outputs: 2)))], found: Self.image)
    expectShape(
      [flat, node(.linear(Linear(inputs: 3, outputs: 2)), ["flat"])], found: .vector(192))
    expectShape([node(.batchNorm(BatchNorm(channels: 4)))], found: Self.image)
    expectShape([flat, node(.add, ["input", "flat"])], found: .vector(192))
    expectShape([flat, node(.concatenate, ["input", "flat"])], found: .vector(192))
    let pool = Node("pool", .globalAveragePool, inputs: ["input"])
    expectShape([pool, node(.concatenate, ["input", "pool"])], found: .map(3, 1, 1))
    expectShape([flat, node(.globalAveragePool, ["flat"])], found: .vector(192))
  }

  @Test func valuesThatAreTooLarge() {
    let wide = Pad(spatial: Padding2D(1 << 30))
    #expect(
      error([node(.pad(wide))])
        == .tooLarge(node: "node", shape: .map(3, 8 + 1 << 31, 8 + 1 << 31)))
    let huge = Convolution(
      inputChannels: 3, outputChannels: 1 << 31, kernel: Size2D(8))
    #expect(
      error([node(.convolution(huge))])
        == .tooLarge(node: "node", shape: Shape([1 << 31, 3, 8, 8]))
    )
    // Few outputs, over a padded map of more elements than a value may have.
    var padded = Self.convolution
    padded.padding = Padding2D(1 << 15)
    padded.dilation = Size2D(1 << 15)
    #expect(
      error([node(.convolution(padded))])
        == .tooLarge(node: "node", shape: .map(3, 8 + 1 << 16, 8 + 1 << 16)))
  }

  /// What real networks have: windows spread wider than the map and padded as far, strides longer
  /// than a map of one pixel, windows over a whole long row.
  @Test func wideWindowsThatAreSound() {
    var spread = Self.convolution
    spread.dilation = Size2D(36)
    spread.padding = Padding2D(36)
    #expect(error([node(.convolution(spread))]) == nil)
    var strided = Self.convolution
    strided.kernel = Size2D(1)
    strided.stride = Size2D(64)
    #expect(error([node(.convolution(strided))]) == nil)
    let row = Shape.map(1, 1, 200_000)
    let whole = Size2D(height: 1, width: 200_000)
    #expect(throws: Never.self) {
      try Graph(
        inputShape: row,
        nodes: [node(.averagePool(Pooling(kernel: whole, stride: whole)))], output: "node")
    }
  }

  @Test func messagesNameLayerExpectationAndFinding() {
    let message = "\(error([node(.batchNorm(BatchNorm(channels: 4)))])!)"
    #expect(message == "layer 'node' (batchNorm): expected an input of 4 channels, found 3×8×8")
    #expect(
      "\(error([node(.relu, ["imput"])])!)"
        == "layer 'node' reads 'imput', which no earlier node produces; did you mean 'input'?")
  }
}

import SignetData
import SignetModel

@testable import SignetServer

/// Small networks of each kind.
enum TestModels {
  static let hostileName = "<script>alert(\"1\")</script>\r\nX-Evil: 1"

  /// Grey 4 × 4 → two scores: the sum of the left half, and of the right.
  static func classifier(labels: [String] = [hostileName, "right"]) throws -> Model {
    var builder = GraphBuilder(inputShape: .map(1, 4, 4))
    let flat = builder.append("flat", .flatten, builder.input)
    let scores = builder.append("fc", .linear(Linear(inputs: 16, outputs: 2, hasBias: false)), flat)
    let weights = (0..<32).map { Float($0 / 16 == $0 % 4 / 2 ? 1 : 0) }
    return try Model(
      graph: builder.graph(output: scores),
      weights: ["fc.weight": Weight(shape: [2, 16], values: weights)],
      preprocessing: Preprocessing(channelOrder: .grey, mean: [0], std: [1]), labels: labels,
      outputKind: .scores)
  }

  /// Grey 4 × 4 → itself.
  static func map() throws -> Model { try convolution(side: 4, channels: 1) }

  /// Takes a while.
  static func slow() throws -> Model { try convolution(side: 192, channels: 48) }

  private static func convolution(side: Int, channels: Int) throws -> Model {
    var builder = GraphBuilder(inputShape: .map(channels, side, side))
    let map = builder.append(
      "conv",
      .convolution(
        Convolution(
          inputChannels: channels, outputChannels: channels, kernel: Size2D(3),
          padding: Padding2D(1), hasBias: false)), builder.input)
    let weights = (0..<channels * channels * 9).map {
      Float($0 % 9 == 4 && $0 / 9 / channels == $0 / 9 % channels ? 1 : 0)
    }
    return try Model(
      graph: builder.graph(output: map),
      weights: ["conv.weight": Weight(shape: [channels, channels, 3, 3], values: weights)],
      preprocessing: channels == 1
        ? Preprocessing(channelOrder: .grey, mean: [0], std: [1]) : .none, outputKind: .map)
  }

  /// Two inputs of three numbers → their sum.
  static func sum() throws -> Model {
    var builder = GraphBuilder(inputs: [
      GraphInput(name: "a", shape: Shape([3])), GraphInput(name: "b", shape: Shape([3])),
    ])
    let sum = builder.append("sum", .add, "a", "b")
    return try Model(
      graph: builder.graph(output: sum), weights: [:], preprocessing: .none, outputKind: .values)
  }

  /// Grey 8 × 8 → a box over the right half, whatever is shown, and seven of no score.
  static func detector() throws -> Model {
    var builder = GraphBuilder(inputShape: .map(1, 8, 8))
    var outputs: [GraphOutput] = []
    for (name, width) in [("boxes", 4), ("scores", 1)] {
      builder.append(name, .constant(Shape([8, width])), builder.input)
      outputs.append(GraphOutput(name: name, value: name))
    }
    let graph = try Graph(
      inputs: [GraphInput(name: builder.input, shape: .map(1, 8, 8))],
      nodes: builder.graph(output: "scores").nodes, outputs: outputs)
    let boxes = [Float]([0.5, 0, 1, 1]) + [Float](repeating: 0, count: 28)
    let scores = [Float]([0.875]) + [Float](repeating: 0, count: 7)
    return try Model(
      graph: graph,
      weights: [
        "boxes.weight": Weight(shape: [8, 4], values: boxes),
        "scores.weight": Weight(shape: [8, 1], values: scores),
      ], preprocessing: Preprocessing(channelOrder: .grey, mean: [0], std: [1]))
  }

  static func served(_ models: (String, Model)...) -> [ServedModel] {
    ServedModel.named(
      models.map {
        ServedModel.Source(path: $0.0, model: $0.1, fileBytes: 100, isReference: false)
      })
  }

  /// A grey image, white where `isWhite` says so.
  static func png(width: Int = 4, height: Int = 4, _ isWhite: (Int, Int) -> Bool) throws -> [UInt8]
  {
    let pixels = (0..<width * height).map { UInt8(isWhite($0 % width, $0 / width) ? 255 : 0) }
    return Array(PNG.encode(pixels, width: width, height: height, channels: 1) ?? .init())
  }
}

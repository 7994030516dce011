import Foundation
import SignetModel
import Testing

@testable import SignetData

/// Boxes from detectors' outputs.
@Suite struct BoxTests {
  /// A network whose outputs have these shapes; what they hold is given apart.
  private func detector(_ shapes: [Shape], input: Shape = .map(3, 64, 96)) throws -> Model {
    var builder = GraphBuilder(inputShape: input)
    var outputs: [GraphOutput] = []
    for (index, shape) in shapes.enumerated() {
      let name = "out\(index)"
      builder.append(name, .constant(shape), builder.input)
      outputs.append(GraphOutput(name: name, value: name))
    }
    let graph = try Graph(
      inputs: [GraphInput(name: builder.input, shape: input)],
      nodes: builder.graph(output: "out0").nodes, outputs: outputs)
    let weights = try graph.parameters.map { name, shape in
      (name, try Weight(shape: shape, values: [Float](repeating: 0, count: shape.reduce(1, *))))
    }
    return try Model(
      graph: graph, weights: Dictionary(uniqueKeysWithValues: weights), preprocessing: .unit)
  }

  private func tensors(_ values: [[Float]], _ shapes: [Shape]) throws -> [String: DenseTensor] {
    var tensors: [String: DenseTensor] = [:]
    for (index, values) in values.enumerated() {
      tensors["out\(index)"] = try #require(
        DenseTensor(extents: [1] + shapes[index].extents, values: values))
    }
    return tensors
  }

  /// Cells of grids of 8, 16 and 32 pixels over 64 × 96: 96, 24 and 6.
  private static let cells = 126

  @Test func layoutsAreKnownByTheirShapes() throws {
    for (shapes, expected) in [
      ([Shape([Self.cells, 6])], BoxLayout.yolox),
      ([Shape([3 * Self.cells, 85])], .yolov5), ([Shape([84, Self.cells])], .yolov8),
      ([Shape([5, Self.cells])], .yolov8), ([Shape([1, 20, 4]), Shape([1, 20, 2])], .corners),
      ([Shape([20, 2]), Shape([20, 4])], .corners),
      ([Shape([20, 10]), Shape([20, 4]), Shape([7])], .corners),
      // Scores of classes, a map, several that might be boxes, and two that might be scores.
      ([Shape([1000])], nil), ([Shape([3, 64, 96])], nil),
      ([Shape([Self.cells, 5])], nil), ([Shape([20, 4]), Shape([20, 4])], nil),
      ([Shape([20, 4]), Shape([20, 2]), Shape([20, 10])], nil), ([Shape([4]), Shape([2])], nil),
    ] as [([Shape], BoxLayout?)] {
      #expect(try BoxLayout(of: detector(shapes)) == expected, "\(shapes)")
    }
  }

  @Test func outputsOfAnotherLayoutAreNamed() throws {
    let model = try detector([Shape([20, 4]), Shape([20, 2])])
    // Rows and columns the other way round.
    let turned = try detector([Shape([Self.cells, 6])])
    #expect(throws: DataError.self) { try BoxReader(turned, layout: .yolov8) }
    #expect(throws: DataError.self) {
      try BoxReader(detector([Shape([84, Self.cells])]), layout: .yolov5)
    }
    let error = #expect(throws: DataError.self) { try BoxReader(model, layout: .yolox) }
    #expect(
      error.map { "\($0)" }
        == "--boxes yolox: expected one output of N×(5 + classes), N the cells of "
        + "grids of 8, 16 and 32 pixels, found 'out0' of 20×4, 'out1' of 20×2")
  }

  @Test func cornersAndScores() throws {
    let shapes = [Shape([9, 4]), Shape([9, 3])]
    let model = try detector(shapes)
    // In pixels of 96 × 64: a box, one of another class at its place, one that covers most of the
    // first, one that reaches over the border, one turned inside out, one that is no number.
    let places: [Float] =
      [24, 16, 48, 32] + [24, 16, 48, 32] + [25, 16, 48, 32] + [-10, 32, 48, 200]
      + [50, 50, 40, 40] + [.nan, 0, 9, 9] + [Float](repeating: 0, count: 12)
    let scores: [Float] =
      [0.1, 0.9, 0.2] + [0.1, 0.2, 0.7] + [0, 0.8, 0.3] + [0.6, 0.1, 0.1] + [0.9, 0, 0]
      + [0.9, 0, 0] + [Float](repeating: 0.1, count: 9)
    let boxes = try BoxReader(model, layout: .corners).boxes(in: tensors([places, scores], shapes))
    #expect(boxes.map(\.index) == [1, 2, 0])
    #expect(boxes.map(\.score) == [0.9, 0.7, 0.6])
    let (first, last) = (boxes[0], boxes[2])
    #expect([first.left, first.top, first.right, first.bottom] == [0.25, 0.25, 0.5, 0.5])
    #expect([last.left, last.top, last.right, last.bottom] == [0, 0.5, 0.5, 1])
  }

  /// Where scores of each box add up to 1 the first is the background's.
  @Test func theBackgroundIsNoClass() throws {
    let shapes = [Shape([8, 4]), Shape([8, 2])]
    let model = try detector(shapes)
    let places = [Float]([0.5, 0.25, 1, 0.75]) + [Float](repeating: 0, count: 28)
    let scores = [Float]([0.25, 0.75]) + [[Float]](repeating: [1, 0], count: 7).flatMap(\.self)
    let boxes = try BoxReader(model, layout: .corners).boxes(in: tensors([places, scores], shapes))
    #expect(boxes.map(\.index) == [1])
    #expect(boxes.map(\.score) == [0.75])
    // Shares of the input, since none passes 2.
    #expect(boxes.map { [$0.left, $0.top, $0.right, $0.bottom] } == [[0.5, 0.25, 1, 0.75]])
    let raised = try BoxReader(model, layout: .corners, threshold: 0.8)
    #expect(try raised.boxes(in: tensors([places, scores], shapes)).isEmpty)
  }

  @Test func cellsOfGrids() throws {
    let shapes = [Shape([Self.cells, 7])]
    let model = try detector(shapes)
    var values = [Float](repeating: 0, count: Self.cells * 7)
    // The second row and third column of the grid of 16 pixels, which has 6 columns.
    let row = (96 + 6 + 2) * 7
    values.replaceSubrange(row..<row + 7, with: [0.5, 1, log(2), log(1.5), 0.8, 0.25, 0.5])
    let boxes = try BoxReader(model, layout: .yolox).boxes(in: tensors([values], shapes))
    #expect(boxes.map(\.index) == [1])
    #expect(boxes.allSatisfy { abs($0.score - 0.4) < 1e-6 })
    // Centre (2.5, 2) · 16, size (2, 1.5) · 16.
    let sides = boxes.flatMap { [$0.left * 96, $0.top * 64, $0.right * 96, $0.bottom * 64] }
    for (found, expected) in zip(sides, [24, 20, 56, 44] as [Float]) {
      #expect(abs(found - expected) < 1e-3)
    }
  }

  @Test(arguments: [BoxLayout.yolov5, .yolov8]) func centresInPixels(_ layout: BoxLayout) throws {
    let isTransposed = layout == .yolov8
    let own: [Float] = [48, 32, 24, 16] + (isTransposed ? [] : [0.8]) + [0.1, 0.75, 0.2]
    let shapes = [isTransposed ? Shape([own.count, 30]) : Shape([30, own.count])]
    var values = [Float](repeating: 0, count: own.count * 30)
    for (column, number) in own.enumerated() {
      values[isTransposed ? column * 30 + 3 : 3 * own.count + column] = number
    }
    let boxes = try BoxReader(detector(shapes), layout: layout)
      .boxes(in: tensors([values], shapes))
    #expect(boxes.map(\.index) == [1])
    #expect(boxes.allSatisfy { abs($0.score - (isTransposed ? 0.75 : 0.6)) < 1e-6 })
    #expect(
      boxes.map { [$0.left, $0.top, $0.right, $0.bottom] } == [[0.375, 0.375, 0.625, 0.625]])
  }

  @Test func manyBoxesTakeNoTime() {
    var all: [DetectedBox] = []
    for index in 0..<200_000 {
      let left = Float(index % 500) / 1000
      all.append(
        DetectedBox(
          index: index % 3, score: Float(index % 997) / 997, left: left, top: 0,
          right: left + 0.001, bottom: 1))
    }
    let start = ContinuousClock.now
    let kept = all.suppressed()
    #expect(kept.count == 100)
    #expect(start.duration(to: .now) < .seconds(5))
  }

  /// The part of an image that an input shows, and what lies outside of it.
  @Test func regionsOfImages() {
    let shape = Shape.map(3, 64, 96)
    let whole = ImageRegion(of: (192, 128), shape: shape, .unit)
    #expect([whole.left, whole.top, whole.width, whole.height] == [0, 0, 192, 128])
    // Shrunk to 128 × 64 and cut at both sides: 16 of 128 are 32 of 256 pixels.
    let wide = ImageRegion(of: (256, 128), shape: shape, .unit)
    #expect([wide.left, wide.top, wide.width, wide.height] == [32, 0, 192, 128])
    let resized = Preprocessing(resizeShorterSide: 128, mean: [0, 0, 0], std: [1, 1, 1])
    let middle = ImageRegion(of: (256, 256), shape: shape, resized)
    #expect([middle.left, middle.top, middle.width, middle.height] == [32, 64, 192, 128])
  }
}

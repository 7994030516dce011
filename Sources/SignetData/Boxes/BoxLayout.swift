import SignetModel

/// How a detector's outputs say where boxes are. A box's numbers are shares of the input where none of
/// them passes 2, else pixels of it.
public enum BoxLayout: String, Sendable, Hashable, CaseIterable {
  /// An output N × 4 of left, top, right and bottom, and one N × classes of scores: SSD and its kin.
  case corners
  /// An output N × 4 of centre, width and height, and one N × classes of scores.
  case centres
  /// One output N × (5 + classes): a box's centre, width and height within its cell of grids of 8, 16
  /// and 32 pixels, whether there is something, and what: YOLOX as it is exported.
  case yolox
  /// One output N × (5 + classes): centre, width, height, whether there is something, and what: YOLOv5
  /// and YOLOv7.
  case yolov5
  /// One output (4 + classes) × N: centre, width, height, and scores: YOLOv8 and YOLO11.
  case yolov8

  /// Pixels from one cell of a grid to the next, along both sides.
  static let strides = [8, 16, 32]
  /// Boxes of each cell of a grid, where there are several.
  private static let anchors = 3
  /// Fewer boxes are no detector's.
  private static let fewest = 8

  /// What the shapes of a network's outputs say without doubt; `nil` where they do not.
  public init?(of model: Model) {
    let graph = model.graph
    guard graph.inputShape.isMap else { return nil }
    let shapes = graph.outputs.map { graph.shape(of: $0).withoutLeadingOnes }
    let cells = Self.cells(of: graph.inputShape)
    if let shape = shapes.first, shapes.count == 1, shape.count == 2 {
      switch (shape[0], shape[1]) {
      case (cells, 6...): self = .yolox
      case (Self.anchors * cells, 6...): self = .yolov5
      case (5..<cells, cells), (5..<cells, Self.anchors * cells): self = .yolov8
      default: return nil
      }
    } else if Self.boxesAndScores(shapes) != nil {
      self = .corners
    } else {
      return nil
    }
  }

  static func cells(of shape: Shape) -> Int {
    strides.reduce(0) { $0 + (shape.height / $1) * (shape.width / $1) }
  }

  /// Which of the outputs has boxes and which has scores, where just one can be each.
  static func boxesAndScores(_ shapes: [[Int]]) -> (boxes: Int, scores: Int)? {
    let boxes = shapes.indices.filter { shapes[$0].count == 2 && shapes[$0][1] == 4 }
    guard boxes.count == 1, shapes[boxes[0]][0] >= fewest else { return nil }
    let count = shapes[boxes[0]][0]
    let scores = shapes.indices.filter { index in
      index != boxes[0] && shapes[index].first == count
        && (shapes[index].count == 1 || shapes[index].count == 2)
    }
    return scores.count == 1 ? (boxes[0], scores[0]) : nil
  }

  /// What the outputs must be.
  var expected: String {
    switch self {
    case .corners, .centres: "an output of N×4 and one of N×classes"
    case .yolox: "one output of N×(5 + classes), N the cells of grids of 8, 16 and 32 pixels"
    case .yolov5: "one output of N×(5 + classes)"
    case .yolov8: "one output of (4 + classes)×N"
    }
  }
}

extension Shape {
  var withoutLeadingOnes: [Int] { Array(extents.drop { $0 == 1 }) }
}

import ArgumentParser
import SignetData
import SignetModel

/// How a detector's outputs become boxes.
struct BoxOptions: ParsableArguments {
  enum Choice: String, ExpressibleByArgument, CaseIterable {
    case corners, centres, yolox, yolov5, yolov8, none
  }

  @Option(
    help: """
      How a detector's outputs say where boxes are: corners or centres (an output of N×4, one of \
      scores), yolox, yolov5, yolov8, or none. (default: what the outputs' shapes say, if they do)
      """)
  var boxes: Choice?

  @Option(help: "Least score of a box that is shown.")
  var scoreThreshold = Double(BoxReader.usualThreshold)

  func validate() throws {
    try check("--score-threshold", scoreThreshold, in: 0.001...1)
  }

  /// - Returns: `nil` for a network that is no detector
  func reader(of model: Model) throws -> BoxReader? {
    let layout: BoxLayout?
    switch boxes {
    case nil: layout = BoxLayout(of: model)
    case .some(.none): layout = nil
    case .some(let choice): layout = BoxLayout(rawValue: choice.rawValue)
    }
    return try layout.map {
      try BoxReader(model, layout: $0, threshold: Float(scoreThreshold))
    }
  }
}

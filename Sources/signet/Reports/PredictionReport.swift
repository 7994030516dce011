import Foundation
import SignetModel
import SignetReport

/// What a model makes of images.
struct PredictionReport: Report {
  /// What the model's outputs are.
  enum Kind: String, Encodable, Sendable {
    /// One score per class, of which a softmax makes probabilities.
    case scores
    /// Probabilities already.
    case probabilities
    /// A number per channel and place.
    case map
    /// Plain numbers.
    case values
  }

  /// One of several outputs.
  struct Output: Encodable, Hashable, Sendable {
    var name: String
    var kind: Kind
    /// Outermost first.
    var shape: [Int]
    /// Row-major.
    var values: [Float]
    /// Most probable first, where the output is class scores.
    var classes: [ClassCandidate]?

    init(name: String, shape: [Int], image: Image, kind: Kind) {
      self.name = name
      self.kind = kind
      self.shape = shape
      values = image.scores ?? []
      classes = image.classes
    }
  }

  struct Image: Encodable, Hashable, Sendable {
    var file: String
    /// Why there is nothing else.
    var error: String?
    /// What the model gave, row-major: the outputs as they are.
    var scores: [Float]?
    /// Most probable first, where outputs are class scores.
    var classes: [ClassCandidate]?
    /// All outputs, where there are several; what stands above is the first's.
    var outputs: [Output]?
    /// What a detector found, the likeliest first.
    var boxes: [NamedBox]?
  }

  var kind: Kind
  /// Of one image's outputs, outermost first.
  var shape: [Int]
  var images: [Image]

  var text: String {
    images.map {
      ([$0.file.printablePath] + lines(of: $0).map { "  " + $0 }).joined(separator: "\n")
    }
    .joined(separator: "\n")
  }

  private func lines(of image: Image) -> [String] {
    if let error = image.error { return ["skipped: " + error] }
    if let boxes = image.boxes { return Self.lines(of: boxes) }
    if let outputs = image.outputs { return outputs.flatMap(lines(of:)) }
    return lines(of: image.classes, image.scores ?? [], kind: kind, shape: shape)
  }

  private static func lines(of boxes: [NamedBox]) -> [String] {
    guard !boxes.isEmpty else { return ["no box scores enough (--score-threshold)"] }
    let width = boxes.map(\.name.printable.count).max() ?? 0
    return boxes.map { box in
      let place = [box.x, box.y].map { "\(Int($0.rounded()))" }.joined(separator: ", ")
      let size = [box.width, box.height].map { "\(Int($0.rounded()))" }.joined(separator: " × ")
      return "\(box.name.printable.padded(to: width, .left))  "
        + "\(Quantity.percent(box.score * 100))".padded(to: 8, .right)
        + "  at \(place), \(size) pixels"
    }
  }

  private func lines(of output: Output) -> [String] {
    let own = lines(of: output.classes, output.values, kind: output.kind, shape: output.shape)
    return [output.name.printable] + own.map { "  " + $0 }
  }

  private func lines(
    of classes: [ClassCandidate]?, _ scores: [Float], kind: Kind, shape: [Int]
  ) -> [String] {
    if let classes {
      let width = classes.map(\.name.printable.count).max() ?? 0
      return classes.map { candidate in
        "\(candidate.name.printable.padded(to: width, .left))  "
          + "\(Quantity.percent(candidate.probability * 100))".padded(to: 8, .right)
      }
    }
    guard kind == .values, scores.count <= Self.mostValues else {
      return [Self.summary(of: scores, shape: shape)]
    }
    return scores.map { Self.number($0) }
  }

  /// More plain numbers than this are summed up; all of them are in the JSON object.
  private static let mostValues = 64

  private static func summary(of scores: [Float], shape: [Int]) -> String {
    let size = shape.map(String.init).joined(separator: "×")
    let mean = scores.reduce(0) { $0 + Double($1) } / Double(max(1, scores.count))
    return "\(size) numbers from \(number(scores.min() ?? 0)) to \(number(scores.max() ?? 0)), "
      + "mean \(number(Float(mean))); --json has all"
  }

  private static func number(_ value: Float) -> String { String(format: "%.6g", value) }
}

extension PredictionReport.Image {
  /// - Parameters:
  ///   - outputs: what the model gave, row-major
  ///   - labels: class names; may be empty
  ///   - count: classes to name
  init(
    file: String, outputs: [Float], kind: PredictionReport.Kind, labels: [String], count: Int
  ) {
    self.file = file
    scores = outputs
    guard kind == .scores || kind == .probabilities else { return }
    classes = ClassCandidate.ranked(
      outputs, areProbabilities: kind == .probabilities, labels: labels, count: count)
  }
}

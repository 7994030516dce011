import Foundation
import SignetModel

/// Reads boxes from a detector's outputs.
package struct BoxReader: Sendable {
  package let layout: BoxLayout
  /// Least score of a box that is given.
  let threshold: Float
  private let source: Source
  private let input: Shape

  private enum Source: Sendable {
    case pair(boxes: String, scores: String)
    case table(String, isTransposed: Bool, firstClass: Int)
  }

  /// Less than this is no score anybody would look at.
  package static let usualThreshold: Float = 0.25

  /// - Throws: ``DataError/boxes(layout:expected:found:)`` where outputs are not laid out so
  package init(
    _ model: Model, layout: BoxLayout, threshold: Float = usualThreshold
  ) throws(DataError) {
    let graph = model.graph
    let shapes = graph.outputs.map { graph.shape(of: $0).withoutLeadingOnes }
    (self.layout, self.threshold, input) = (layout, threshold, graph.inputShape)
    var source: Source?
    switch layout {
    case .corners, .centres:
      source = BoxLayout.boxesAndScores(shapes).map {
        .pair(boxes: graph.outputs[$0.boxes].name, scores: graph.outputs[$0.scores].name)
      }
    case .yolox where shapes.first?.first == BoxLayout.cells(of: input), .yolov5:
      if shapes.count == 1, shapes[0].count == 2, shapes[0][1] > 5, shapes[0][0] >= shapes[0][1] {
        source = .table(graph.outputs[0].name, isTransposed: false, firstClass: 5)
      }
    case .yolov8:
      if shapes.count == 1, shapes[0].count == 2, shapes[0][0] > 4, shapes[0][1] > shapes[0][0] {
        source = .table(graph.outputs[0].name, isTransposed: true, firstClass: 4)
      }
    case .yolox: break
    }
    guard let source, input.isMap else {
      let found = graph.outputs.map { "'\($0.name)' of \(graph.shape(of: $0))" }
      throw .boxes(
        layout: layout, expected: layout.expected, found: found.joined(separator: ", "))
    }
    self.source = source
    scoreCount =
      switch source {
      case .pair(_, let scores):
        graph.outputs.firstIndex { $0.name == scores }.map { shapes[$0].dropFirst().first ?? 1 }
          ?? 1
      case .table(_, let isTransposed, let firstClass):
        shapes[0][isTransposed ? 0 : 1] - firstClass
      }
  }

  /// Scores of a box, a background's counted.
  package let scoreCount: Int

  /// Names of the outputs that boxes are read from.
  package var outputs: Set<String> {
    switch source {
    case .pair(let boxes, let scores): [boxes, scores]
    case .table(let name, _, _): [name]
    }
  }

  /// The boxes of one sample, those of the highest scores first.
  ///
  /// - Parameter outputs: of one sample, by name
  package func boxes(in outputs: [String: DenseTensor]) -> [DetectedBox] {
    var candidates: [Candidate] = []
    switch source {
    case .pair(let boxes, let scores):
      guard let places = outputs[boxes]?.values, let numbers = outputs[scores]?.values,
        !places.isEmpty
      else { return [] }
      let count = places.count / 4
      let table = Scores(numbers, classes: numbers.count / max(1, count))
      for box in 0..<count {
        guard let (index, score) = table.best(of: box), score >= threshold else { continue }
        candidates.append(Candidate(places[4 * box..<4 * box + 4], index, score))
      }
    case .table(let name, let isTransposed, let firstClass):
      guard let tensor = outputs[name] else { return [] }
      let extents = Array(tensor.extents.drop { $0 == 1 })
      guard extents.count == 2 else { return [] }
      candidates = read(
        tensor.values, count: extents[isTransposed ? 1 : 0], width: extents[isTransposed ? 0 : 1],
        isTransposed: isTransposed, firstClass: firstClass)
    }
    return placed(candidates).suppressed()
  }

  private struct Candidate {
    /// As the network gives them.
    var numbers: [Float]
    var index: Int
    var score: Float

    init(_ numbers: ArraySlice<Float>, _ index: Int, _ score: Float) {
      (self.numbers, self.index, self.score) = (Array(numbers), index, score)
    }
  }

  private func read(
    _ values: [Float], count: Int, width: Int, isTransposed: Bool, firstClass: Int
  ) -> [Candidate] {
    func number(_ box: Int, _ column: Int) -> Float {
      values[isTransposed ? column * count + box : box * width + column]
    }
    var candidates: [Candidate] = []
    for box in 0..<count {
      // A box that is none need not be looked at.
      let presence = firstClass == 5 ? number(box, 4) : 1
      guard presence >= threshold else { continue }
      var (best, index) = (-Float.infinity, 0)
      for column in firstClass..<width where number(box, column) > best {
        (best, index) = (number(box, column), column - firstClass)
      }
      guard best * presence >= threshold else { continue }
      var numbers = (0..<4).map { number(box, $0) }
      if layout == .yolox { numbers = inPixels(numbers, box: box) }
      candidates.append(Candidate(numbers[...], index, best * presence))
    }
    return candidates
  }

  /// Where a box's cell is, and what its numbers are there.
  private func inPixels(_ numbers: [Float], box: Int) -> [Float] {
    var place = box
    for stride in BoxLayout.strides {
      let columns = input.width / stride
      let cells = columns * (input.height / stride)
      guard place >= cells else {
        let step = Float(stride)
        return [
          (numbers[0] + Float(place % columns)) * step,
          (numbers[1] + Float(place / columns)) * step,
          exp(numbers[2]) * step, exp(numbers[3]) * step,
        ]
      }
      place -= cells
    }
    return numbers
  }

  /// No share of the input is larger, whatever reaches over its border.
  private static let largestShare: Float = 2

  private func placed(_ candidates: [Candidate]) -> [DetectedBox] {
    let largest = candidates.lazy.flatMap(\.numbers).map(abs).max() ?? 0
    let areShares = layout != .yolox && largest <= Self.largestShare
    let (width, height) = areShares ? (1, 1) : (Float(input.width), Float(input.height))
    return candidates.compactMap { candidate in
      var sides = candidate.numbers
      if layout != .corners {
        let (x, y, w, h) = (sides[0], sides[1], sides[2], sides[3])
        sides = [x - w / 2, y - h / 2, x + w / 2, y + h / 2]
      }
      guard sides.allSatisfy(\.isFinite) else { return nil }
      let box = DetectedBox(
        index: candidate.index, score: min(candidate.score, 1), left: max(sides[0] / width, 0),
        top: max(sides[1] / height, 0), right: min(sides[2] / width, 1),
        bottom: min(sides[3] / height, 1))
      return box.left < box.right && box.top < box.bottom ? box : nil
    }
  }
}

/// Scores of boxes: N × classes. Where those of a box add up to 1 the first is the background's, which
/// is no class; where they are no probabilities the logistic function makes some of them.
private struct Scores {
  private let values: [Float]
  private let classes: Int
  private let hasBackground: Bool
  private let areProbabilities: Bool

  init(_ values: [Float], classes: Int) {
    (self.values, self.classes) = (values, classes)
    areProbabilities = values.allSatisfy { (-0.01...1.01).contains($0) }
    let boxes = stride(from: 0, to: values.count - classes + 1, by: max(1, classes))
    hasBackground =
      classes > 1 && areProbabilities
      && boxes.allSatisfy { abs(values[$0..<$0 + classes].reduce(0, +) - 1) < 0.01 }
  }

  /// - Returns: the likeliest class, the background counted
  func best(of box: Int) -> (index: Int, score: Float)? {
    let first = box * classes
    let own = values[first..<first + classes].dropFirst(hasBackground ? 1 : 0)
    guard let score = own.max(), let place = own.firstIndex(of: score) else { return nil }
    let probability = areProbabilities ? score : 1 / (1 + exp(-score))
    return (place - first, probability)
  }
}

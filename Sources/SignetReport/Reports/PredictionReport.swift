import Foundation

/// What a model sees in images.
public struct PredictionReport: Report {
  public struct Candidate: Encodable, Hashable, Sendable {
    /// Class index.
    public var index: Int
    /// Class name, or the index where the model has no names.
    public var name: String
    /// Softmax over all classes, 0…1.
    public var probability: Double

    public init(index: Int, name: String, probability: Double) {
      self.index = index
      self.name = name
      self.probability = probability
    }
  }

  public struct Image: Encodable, Hashable, Sendable {
    public var file: String
    /// Most probable first.
    public var classes: [Candidate]

    public init(file: String, classes: [Candidate]) {
      self.file = file
      self.classes = classes
    }
  }

  public var images: [Image]

  public init(images: [Image]) {
    self.images = images
  }

  public var text: String {
    images.map { image in
      let width = image.classes.map(\.name.count).max() ?? 0
      return
        ([image.file]
        + image.classes.map { candidate in
          "  \(candidate.name.padded(to: width, .left))  "
            + "\(Quantity.percent(candidate.probability * 100))".padded(to: 8, .right)
        }).joined(separator: "\n")
    }.joined(separator: "\n")
  }
}

extension PredictionReport.Image {
  /// The `count` most probable classes of one row of scores.
  ///
  /// - Parameters:
  ///   - logits: one score per class
  ///   - labels: class names; may be empty
  public init(file: String, logits: [Float], labels: [String], count: Int) {
    let highest = logits.max() ?? 0
    let weights = logits.map { exp(Double($0 - highest)) }
    let total = weights.reduce(0, +)
    let ranked = logits.indices.sorted { (logits[$0], $1) > (logits[$1], $0) }
    self.init(
      file: file,
      classes: ranked.prefix(count).map { index in
        PredictionReport.Candidate(
          index: index, name: labels.indices.contains(index) ? labels[index] : "\(index)",
          probability: weights[index] / total)
      })
  }
}

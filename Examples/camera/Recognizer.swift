import Foundation
import SignetModel
import SignetRuntime

/// Names what pictures show.
final class Recognizer: Sendable {
  struct Answer: Sendable {
    let name: String
    let probability: Double
  }

  private let model: Model
  private let engine: Engine

  /// - Parameter url: of a model file of class scores
  init(contentsOf url: URL) throws {
    model = try Model(contentsOf: url)
    engine = try Engine(model: model, options: .init(threads: 2))
  }

  /// The likeliest classes, best first.
  func answers(for picture: PixelImage, count: Int = 3) throws -> [Answer] {
    let scores = try engine.run(model.input(of: picture).values)
    let highest = scores.max() ?? 0
    let weights = scores.map { exp(Double($0 - highest)) }
    let sum = weights.reduce(0, +)
    return weights.indices.sorted { weights[$0] > weights[$1] }.prefix(count).map { index in
      Answer(
        name: model.labels.isEmpty ? "class \(index)" : model.labels[index],
        probability: weights[index] / sum)
    }
  }
}

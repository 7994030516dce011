import Foundation

/// A class that an output may mean, and how probable it is.
package struct ClassCandidate: Encodable, Hashable, Sendable {
  /// Class index.
  package var index: Int
  /// Class name, or the index where the model has no names.
  package var name: String
  /// 0…1
  package var probability: Double

  package init(index: Int, name: String, probability: Double) {
    (self.index, self.name, self.probability) = (index, name, probability)
  }

  /// The most probable first.
  ///
  /// - Parameters:
  ///   - outputs: a number per class
  ///   - areProbabilities: else a softmax makes some of them
  ///   - labels: class names; may be empty
  ///   - count: classes to name
  package static func ranked(
    _ outputs: [Float], areProbabilities: Bool, labels: [String], count: Int
  ) -> [ClassCandidate] {
    let probabilities = areProbabilities ? outputs.map(Double.init) : softmax(outputs)
    let ranked = outputs.indices.sorted { (outputs[$0], $1) > (outputs[$1], $0) }
    return ranked.prefix(count).map { index in
      ClassCandidate(
        index: index, name: labels.indices.contains(index) ? labels[index] : "\(index)",
        probability: probabilities[index])
    }
  }

  private static func softmax(_ scores: [Float]) -> [Double] {
    let highest = scores.max() ?? 0
    let weights = scores.map { exp(Double($0) - Double(highest)) }
    let total = weights.reduce(0, +)
    return weights.map { $0 / total }
  }
}

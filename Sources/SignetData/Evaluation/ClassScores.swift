import Foundation
import SignetModel

/// What a network says of each image of a set: a number per class.
package struct ClassScores: Sendable, Hashable {
  /// Place of each image in the set, in order.
  package let indices: [Int]
  /// Numbers per image.
  package let classCount: Int
  /// images × classes, row-major
  package let values: [Float]
  /// Whether the numbers are probabilities, and need no softmax to be.
  package let areProbabilities: Bool

  package init(indices: [Int], classCount: Int, values: [Float], areProbabilities: Bool = false) {
    precondition(values.count == indices.count * classCount, "a row of scores for each image")
    self.indices = indices
    self.classCount = classCount
    self.values = values
    self.areProbabilities = areProbabilities
  }

  /// Runs all images through the network.
  ///
  /// - Parameters:
  ///   - model: of the network: says how images become its input
  ///   - output: of classes
  ///   - skipping: called for each image that cannot be read and is left out; with `nil` the
  ///     first one is thrown. So it is where no image can be read.
  ///   - progress: called after each batch with the images done and their total
  /// - Throws: ``DataError``, ``EvaluationError`` or what the network or `progress` throws.
  package static func measure(
    _ network: any NamedNetwork, of model: Model, output: GraphOutput, dataset: any ImageDataset,
    batchSize: Int = 16, skipping: ((DataError) -> Void)? = nil,
    progress: ((Int, Int) throws -> Void)? = nil
  ) throws -> ClassScores {
    let run = OutputRun(
      network: network, model: model, output: output.name, dataset: dataset, batchSize: batchSize,
      skipping: skipping, progress: progress)
    var (indices, values): ([Int], [Float]) = ([], [])
    _ = try run.each { index, scores in
      indices.append(index)
      values += scores
    }
    return ClassScores(
      indices: indices, classCount: model.graph.shape(of: output).elementCount, values: values,
      areProbabilities: model.outputKind(of: output) == .probabilities)
  }

  /// The scores of the image that stands at `place` among those measured.
  func row(_ place: Int) -> ArraySlice<Float> {
    values[place * classCount..<(place + 1) * classCount]
  }

  /// The class of highest score, the first of several.
  package func top(_ place: Int) -> Int {
    let row = row(place)
    var best = row.startIndex
    for index in row.indices where row[index] > row[best] { best = index }
    return best - row.startIndex
  }

  /// 0…1 for each class.
  package func probabilities(_ place: Int) -> [Double] {
    let row = row(place)
    guard !areProbabilities else { return row.map(Double.init) }
    let highest = Double(row.max() ?? 0)
    let weights = row.map { exp(Double($0) - highest) }
    let total = weights.reduce(0, +)
    return weights.map { $0 / total }
  }
}

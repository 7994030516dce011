import Foundation
import SignetModel

/// How well a network's embeddings tell images of the same from images of different things.
public struct Verification: Sendable, Hashable {
  /// Of the embeddings of pairs of the same, the mean cosine.
  public let meanOfSame: Double
  /// Of pairs of different things.
  public let meanOfDifferent: Double
  /// Share of pairs that ``threshold`` tells right, in percent: the largest that any threshold reaches.
  public let accuracy: Double
  /// The least cosine that counts as the same, the largest of several that are as good; infinite
  /// where it is best to count none.
  public let threshold: Double
  /// Pairs measured.
  public let pairs: Int
  /// Images measured.
  public let images: Int

  /// Runs every image of the pairs through the network, each once.
  ///
  /// - Parameters:
  ///   - model: of the network: says how images become its input
  ///   - output: the name of the output that is the embedding
  ///   - skipping: called for each image that cannot be read; pairs with it are left out; with
  ///     `nil` the first one is thrown. So it is where no image can be read.
  ///   - progress: called after each batch with the images done and their total
  /// - Throws: ``DataError``, ``EvaluationError`` or what the network or `progress` throws.
  public static func measure(
    _ network: any NamedNetwork, of model: Model, output: String, pairs: ImagePairs,
    batchSize: Int = 16, skipping: ((DataError) -> Void)? = nil,
    progress: ((Int, Int) throws -> Void)? = nil
  ) throws -> Verification {
    var embeddings: [Int: [Float]] = [:]
    let run = OutputRun(
      network: network, model: model, output: output, dataset: pairs.dataset,
      batchSize: batchSize, skipping: skipping, progress: progress)
    let images = try run.each { embeddings[$0] = Array($1) }
    let measured = pairs.pairs.filter {
      embeddings[$0.first] != nil && embeddings[$0.second] != nil
    }
    try pairs.check(measured)
    let cosines = measured.map { pair in
      (
        cosine: cosine(embeddings[pair.first] ?? [], embeddings[pair.second] ?? []),
        isSame: pair.isSame
      )
    }
    return Verification(cosines, images: images)
  }

  /// - Parameter cosines: of pairs of both kinds
  init(_ cosines: [(cosine: Double, isSame: Bool)], images: Int) {
    func mean(_ isSame: Bool) -> Double {
      let own = cosines.filter { $0.isSame == isSame }
      return own.reduce(0) { $0 + $1.cosine } / Double(max(1, own.count))
    }
    meanOfSame = mean(true)
    meanOfDifferent = mean(false)
    pairs = cosines.count
    self.images = images
    // From no pair that counts as the same to all.
    var right = cosines.count { !$0.isSame }
    var best = (right: right, threshold: Double.infinity)
    let sorted = cosines.sorted { $0.cosine > $1.cosine }
    for (place, pair) in sorted.enumerated() {
      right += pair.isSame ? 1 : -1
      // Equal ones fall on the same side.
      let isLast = place + 1 == sorted.count || sorted[place + 1].cosine < pair.cosine
      if isLast, right > best.right { best = (right, pair.cosine) }
    }
    accuracy = 100 * Double(best.right) / Double(max(1, cosines.count))
    threshold = best.threshold
  }

  /// 0 where one of them is zero.
  static func cosine(_ first: [Float], _ second: [Float]) -> Double {
    var (product, own, other) = (0.0, 0.0, 0.0)
    for (x, y) in zip(first, second) {
      let (x, y) = (Double(x), Double(y))
      product += x * y
      own += x * x
      other += y * y
    }
    return own > 0 && other > 0 ? product / (own * other).squareRoot() : 0
  }
}

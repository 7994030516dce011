import SignetModel

/// How near a network's outputs are to another's, on the same images; no labels are needed.
public struct Fidelity: Sendable, Hashable {
  /// Share of images whose largest output is at the same place, in percent.
  public let agreement: Double
  /// ‖y − ŷ‖² / ‖y − ȳ‖² over all images, ȳ being the mean of each output over them.
  public let relativeError: Double
  /// Images measured.
  public let images: Int
  /// Images that could not be read and were left out.
  public let skipped: Int

  /// A measurement.
  public init(agreement: Double, relativeError: Double, images: Int, skipped: Int = 0) {
    self.agreement = agreement
    self.relativeError = relativeError
    self.images = images
    self.skipped = skipped
  }

  /// Runs all images through both networks.
  ///
  /// - Parameters:
  ///   - reference: gives y for images preprocessed as for `classifier`
  ///   - skipping: called for each image that cannot be read and is left out; with `nil` the
  ///     first one is thrown. So it is where no image can be read.
  ///   - judged: called for each image, in order, with whether the largest outputs agree
  ///   - progress: called after each batch with the images done and their total
  /// - Throws: ``DataError``, ``EvaluationError`` or what a network or `progress` throws.
  public static func measure(
    _ classifier: some Classifier,
    against reference: (_ images: [Float], _ count: Int) throws ->
      [Float],
    dataset: any ImageDataset, inputs: [NetworkInput]? = nil, preprocessing: Preprocessing,
    batchSize: Int = 128,
    skipping: ((DataError) -> Void)? = nil, judged: ((Bool) -> Void)? = nil,
    progress: ((Int, Int) throws -> Void)? = nil
  ) throws -> Fidelity {
    var skipped: [DataError] = []
    let note = skipping.map { skipping in
      { (error: DataError) in
        skipped.append(error)
        skipping(error)
      }
    }
    let batches = BatchLoader(
      dataset: dataset,
      inputs: inputs ?? [NetworkInput(name: Graph.inputName, shape: classifier.inputShape)],
      preprocessing: preprocessing, batchSize: batchSize
    ).batches(epoch: 0, skipping: note)
    var sums = FidelitySums(outputs: classifier.classCount)
    while let batch = try batches.next() {
      let found = try classifier.logits(inputs: batch.inputs, count: batch.count)
      let expected = try reference(batch.images, batch.count)
      guard found.count == expected.count, found.count == batch.count * sums.outputs else {
        throw EvaluationError.scoreCount(expected: expected.count, found: found.count)
      }
      for image in 0..<batch.count {
        let row = image * sums.outputs..<(image + 1) * sums.outputs
        guard found[row].allSatisfy(\.isFinite), expected[row].allSatisfy(\.isFinite) else {
          throw EvaluationError.notANumber(dataset: dataset.name, image: batch.indices[image])
        }
        let agrees = sums.add(found[row], expected: expected[row])
        judged?(agrees)
      }
      try progress?(sums.images + skipped.count, dataset.count)
    }
    if sums.images == 0, let error = skipped.first { throw error }
    return sums.fidelity(skipped: skipped.count)
  }
}

/// Sums up how near outputs are, image by image.
package struct FidelitySums {
  package let outputs: Int
  package private(set) var images = 0
  private var agreeing = 0
  private var error = 0.0
  /// Per output, of y.
  private var means: [Double]
  private var deviations: [Double]

  package init(outputs: Int) {
    self.outputs = outputs
    means = [Double](repeating: 0, count: outputs)
    deviations = means
  }

  /// Welford's running mean and squared deviation.
  ///
  /// - Returns: whether the largest outputs agree
  package mutating func add(_ found: ArraySlice<Float>, expected: ArraySlice<Float>) -> Bool {
    images += 1
    let agrees = Self.largest(found) == Self.largest(expected)
    agreeing += agrees ? 1 : 0
    for (output, (x, y)) in zip(found, expected).enumerated() {
      let (x, y) = (Double(x), Double(y))
      error += (x - y) * (x - y)
      let step = y - means[output]
      means[output] += step / Double(images)
      deviations[output] += step * (y - means[output])
    }
    return agrees
  }

  package func fidelity(skipped: Int) -> Fidelity {
    let spread = deviations.reduce(0, +)
    return Fidelity(
      agreement: 100 * Double(agreeing) / Double(max(1, images)),
      relativeError: error == 0 ? 0 : error / spread, images: images, skipped: skipped)
  }

  /// The place of the largest number, the first of several.
  private static func largest(_ row: ArraySlice<Float>) -> Int {
    var best = row.startIndex
    for index in row.indices where row[index] > row[best] { best = index }
    return best - row.startIndex
  }
}

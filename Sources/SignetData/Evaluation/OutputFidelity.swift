import Foundation
import SignetModel

/// How near one output of a network is to that of another, on the same samples; no labels are needed.
public struct OutputFidelity: Sendable, Hashable {
  /// The output's name.
  public let name: String
  /// What its numbers are.
  public let kind: OutputKind
  /// ‖y − ŷ‖ / ‖y‖ over all samples.
  public let relativeError: Double
  /// Of y and ŷ, the mean over samples.
  public let cosine: Double
  /// The largest |y − ŷ|.
  public let largestError: Double
  /// Share of samples whose largest number is at the same place, in percent; of classes only.
  public let agreement: Double?
  /// KL(p ‖ p̂) of the probabilities that y and ŷ stand for, in nats and the mean over samples; of
  /// classes only.
  public let divergence: Double?
  /// Peak signal-to-noise ratio in dB, the peak being the range of y; of what looks like an image.
  public let psnr: Double?
}

extension OutputFidelity {
  /// Runs all samples through both networks.
  ///
  /// - Parameters:
  ///   - network: whose outputs are ŷ
  ///   - reference: whose outputs are y, under the same names, of as many inputs in the same order
  ///   - model: of `network`: says what its outputs are and how images become its input
  ///   - skipping: called for each image that cannot be read and is left out; with `nil` the
  ///     first one is thrown. So it is where no image can be read.
  ///   - progress: called after each batch with the samples done and their total
  /// - Returns: one per output, and how many samples were measured
  /// - Throws: ``DataError``, ``EvaluationError`` or what a network or `progress` throws.
  public static func measure(
    _ network: any NamedNetwork, against reference: any NamedNetwork, of model: Model,
    dataset: any ImageDataset, batchSize: Int = 16, skipping: ((DataError) -> Void)? = nil,
    progress: ((Int, Int) throws -> Void)? = nil
  ) throws -> (outputs: [OutputFidelity], images: Int) {
    guard network.inputs.map(\.shape) == reference.inputs.map(\.shape) else {
      throw EvaluationError.otherInputs(
        expected: network.inputs.map { "\($0.shape)" },
        found: reference.inputs.map { "\($0.shape)" })
    }
    var skipped: DataError?
    let note = skipping.map { skipping in
      { (error: DataError) in
        skipped = skipped ?? error
        skipping(error)
      }
    }
    let batches = BatchLoader(dataset: dataset, model: model, batchSize: batchSize)
      .batches(epoch: 0, skipping: note)
    var sums: [OutputSums] = model.graph.outputs.map { output in
      OutputSums(kind: model.outputKind(of: output), shape: model.graph.shape(of: output))
    }
    var images = 0
    while let batch = try batches.next() {
      let found = try network.outputs(batch.tensors(for: network.inputs))
      let expected = try reference.outputs(batch.tensors(for: reference.inputs))
      for (index, output) in model.graph.outputs.enumerated() {
        guard let ours = found[output.name], let theirs = expected[output.name],
          ours.extents == theirs.extents
        else { throw EvaluationError.output(name: output.name) }
        for image in 0..<batch.count {
          guard sums[index].add(ours, theirs, sample: image, of: batch.count) else {
            throw EvaluationError.notANumber(dataset: dataset.name, image: batch.indices[image])
          }
        }
      }
      images += batch.count
      try progress?(images, dataset.count)
    }
    if images == 0, let skipped { throw skipped }
    let outputs = zip(model.graph.outputs, sums).map { $1.fidelity(name: $0.name) }
    return (outputs, images)
  }
}

/// Sums up how near an output is, sample by sample.
private struct OutputSums {
  let kind: OutputKind
  let shape: Shape
  private var samples = 0
  private var agreeing = 0
  private var error = 0.0
  private var energy = 0.0
  private var cosine = 0.0
  private var divergence = 0.0
  private var largest = 0.0
  private var least = Double.infinity
  private var most = -Double.infinity

  init(kind: OutputKind, shape: Shape) {
    self.kind = kind
    self.shape = shape
  }

  /// - Returns: whether all numbers are finite
  mutating func add(
    _ found: DenseTensor, _ expected: DenseTensor, sample: Int, of count: Int
  ) -> Bool {
    let size = found.values.count / count
    let range = sample * size..<(sample + 1) * size
    let (ours, theirs) = (found.values[range], expected.values[range])
    guard ours.allSatisfy(\.isFinite), theirs.allSatisfy(\.isFinite) else { return false }
    var (product, own, other) = (0.0, 0.0, 0.0)
    for (x, y) in zip(ours, theirs) {
      let (x, y) = (Double(x), Double(y))
      error += (x - y) * (x - y)
      largest = max(largest, abs(x - y))
      product += x * y
      own += x * x
      other += y * y
      least = min(least, y)
      most = max(most, y)
    }
    energy += other
    cosine += own > 0 && other > 0 ? product / (own * other).squareRoot() : (own == other ? 1 : 0)
    if ours.firstIndex(of: ours.max() ?? 0) == theirs.firstIndex(of: theirs.max() ?? 0) {
      agreeing += 1
    }
    if kind.isOfClasses {
      let (p, q) = (logarithms(theirs), logarithms(ours))
      divergence += zip(p, q).reduce(0) { $0 + exp($1.0) * ($1.0 - $1.1) }
    }
    samples += 1
    return true
  }

  /// ln p of scores or of probabilities.
  private func logarithms(_ row: ArraySlice<Float>) -> [Double] {
    guard kind == .scores else { return row.map { log(max(Double($0), 1e-30)) } }
    let most = Double(row.max() ?? 0)
    let sum = log(row.reduce(0) { $0 + exp(Double($1) - most) })
    return row.map { Double($0) - most - sum }
  }

  func fidelity(name: String) -> OutputFidelity {
    let count = Double(max(1, samples))
    let mean = error / (count * Double(max(1, shape.elementCount)))
    let looksLikeImage =
      kind == .map && [1, 3, 4].contains(shape.channels) && min(shape.height, shape.width) >= 8
    let range = max(most - least, .leastNormalMagnitude)
    return OutputFidelity(
      name: name, kind: kind,
      relativeError: error == 0 ? 0 : (error / energy).squareRoot(), cosine: cosine / count,
      largestError: largest,
      agreement: kind.isOfClasses ? 100 * Double(agreeing) / count : nil,
      divergence: kind.isOfClasses ? max(0, divergence / count) : nil,
      psnr: looksLikeImage ? 10 * log10(range * range / max(mean, .leastNormalMagnitude)) : nil)
  }
}

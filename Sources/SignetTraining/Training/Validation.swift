import SignetData
import SignetModel
import Torch

/// How well a network does on images it does not learn from.
public struct ValidationScore: Sendable, Hashable, Codable {
  /// What is counted.
  public enum Measure: String, Sendable, Hashable, Codable {
    /// Images whose label has the highest score.
    case top1 = "top-1"
    /// Images whose highest score is at the teacher's class; the mean over several outputs.
    case agreement
    /// 100 · (1 − ‖y − ŷ‖² / ‖y − ȳ‖²), y being the teacher's outputs and ȳ their mean; the mean over
    /// several outputs.
    case fidelity
  }

  /// What was counted.
  public var measure: Measure
  /// Percent; more is better.
  public var value: Double

  /// A measurement, in percent.
  public init(measure: Measure, value: Double) {
    self.measure = measure
    self.value = value
  }
}

/// Measures a network in training.
struct Validation {
  /// What one measurement gives.
  struct Outcome: Equatable {
    var score: ValidationScore
    /// Per image, and output of it, whether it was right; empty where outputs are no scores.
    var hits: [UInt8]

    /// Whether this network is better than another by more than one standard error, both having
    /// seen the same images: of the images that only one of them has right the better one must have
    /// more than half by that much (McNemar 1947).
    func isClearlyBetter(than other: Outcome) -> Bool {
      guard hits.count == other.hits.count, !hits.isEmpty else {
        return score.value > other.score.value
      }
      let won = zip(hits, other.hits).count { $0 > $1 }
      let lost = zip(hits, other.hits).count { $0 < $1 }
      return Double(won - lost) > Double(won + lost).squareRoot()
    }
  }

  let dataset: any ImageDataset
  let measure: ValidationScore.Measure
  let loss: TrainingLoss
  /// The network as it came.
  let model: Model
  let batchSize: Int
  var ranks = Ranks.alone

  /// - Parameter progress: called after each batch with the images done and their total
  func outcome(
    of executor: Executor, progress: (Int, Int) throws -> Void
  ) throws -> Outcome {
    guard ranks.count == 1 else { return try commonOutcome(of: executor, progress: progress) }
    return try outcome(of: executor, on: dataset, progress: progress)
  }

  /// Each process measures a part. Relative errors are not sums over images: those all measure whole.
  private func commonOutcome(
    of executor: Executor, progress: (Int, Int) throws -> Void
  ) throws -> Outcome {
    guard measure != .fidelity, dataset.count >= ranks.count else {
      let whole = try outcome(of: executor, on: dataset, progress: progress)
      // What all decide by must be the same bits.
      let bits = try ranks.takeFromFirst(withUnsafeBytes(of: whole.score.value) { Array($0) })
      let value = bits.withUnsafeBytes { $0.loadUnaligned(as: Double.self) }
      return Outcome(
        score: ValidationScore(measure: measure, value: value),
        hits: try ranks.takeFromFirst(whole.hits))
    }
    let own = try outcome(of: executor, on: dataset.part(ranks.shard)) { done, total in
      try progress(min(dataset.count, done * ranks.count), dataset.count)
    }
    let hits = try ranks.gathered(own.hits).flatMap { $0 }
    let right = hits.count { $0 > 0 }
    return Outcome(
      score: ValidationScore(
        measure: measure, value: 100 * Double(right) / Double(max(1, hits.count))),
      hits: hits)
  }

  private func outcome(
    of executor: Executor, on dataset: any ImageDataset, progress: (Int, Int) throws -> Void
  ) throws -> Outcome {
    var hits: [UInt8] = []
    let value = try withoutActuallyEscaping(progress) { progress in
      let judged = { (isRight: Bool) in hits.append(isRight ? 1 : 0) }
      switch measure {
      case .top1:
        return try Evaluation.measure(
          executor, dataset: dataset, inputs: model.networkInputs,
          preprocessing: model.preprocessing, batchSize: batchSize, judged: judged,
          progress: progress
        ).top1
      case .agreement:
        return try summary(of: executor, on: dataset, judged: judged, progress: progress)
          .agreement ?? 0
      case .fidelity:
        // Where a single image, or images all alike, say nothing of relative errors.
        return try summary(of: executor, on: dataset, judged: nil, progress: progress)
          .fidelity ?? -.infinity
      }
    }
    return Outcome(score: ValidationScore(measure: measure, value: value), hits: hits)
  }

  /// How near the outputs are to the teacher's.
  private func summary(
    of executor: Executor, on dataset: any ImageDataset, judged: ((Bool) -> Void)?,
    progress: (Int, Int) throws -> Void
  ) throws -> FidelitySummary {
    let counts = executor.graph.outputs.map { executor.graph.shape(of: $0).elementCount }
    var sums = counts.map { FidelitySums(outputs: $0) }
    let batches = BatchLoader(dataset: dataset, model: model, batchSize: batchSize)
      .batches(epoch: 0)
    var done = 0
    while let batch = try batches.next() {
      let inputs = try batch.tensors(for: executor.graph)
      let found = try executor.predicted(inputs).map { try $0.toFloats() }
      let expected = try loss.teacherOutputs(for: inputs)?.map { try $0.toFloats() } ?? []
      guard expected.map(\.count) == found.map(\.count) else {
        throw TrainingError.missing(what: "a teacher", neededBy: measure.rawValue)
      }
      for image in 0..<batch.count {
        for (output, elements) in counts.enumerated() {
          let row = image * elements..<(image + 1) * elements
          let (own, wanted) = (found[output][row], expected[output][row])
          guard own.allSatisfy(\.isFinite), wanted.allSatisfy(\.isFinite) else {
            throw EvaluationError.notANumber(dataset: dataset.name, image: batch.indices[image])
          }
          let agrees = sums[output].add(own, expected: wanted)
          judged?(agrees)
        }
      }
      done += batch.count
      try progress(done, dataset.count)
    }
    return FidelitySummary(model: model, fidelities: sums.map { $0.fidelity(skipped: 0) })
  }
}

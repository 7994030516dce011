import SignetData
import SignetModel
import Torch

/// How well a network does on images it does not learn from.
public struct ValidationScore: Sendable, Hashable, Codable {
  /// What is counted.
  public enum Measure: String, Sendable, Hashable, Codable {
    /// Images whose label has the highest score.
    case top1 = "top-1"
    /// Images whose highest score is at the teacher's class.
    case agreement
    /// 100 · (1 − ‖y − ŷ‖² / ‖y − ȳ‖²), y being the teacher's outputs and ȳ their mean.
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
    /// Per image whether it was right; empty where outputs are no scores.
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
  let preprocessing: Preprocessing
  let batchSize: Int

  /// - Parameter progress: called after each batch with the images done and their total
  func outcome(
    of executor: Executor, progress: (Int, Int) throws -> Void
  ) throws -> Outcome {
    var hits: [UInt8] = []
    let value = try withoutActuallyEscaping(progress) { progress in
      let judged = { (isRight: Bool) in hits.append(isRight ? 1 : 0) }
      switch measure {
      case .top1:
        return try Evaluation.measure(
          executor, dataset: dataset, preprocessing: preprocessing, batchSize: batchSize,
          judged: judged, progress: progress
        ).top1
      case .agreement:
        return try fidelity(of: executor, judged: judged, progress: progress).agreement
      case .fidelity:
        let fidelity = try fidelity(of: executor, judged: nil, progress: progress)
        return 100 * (1 - fidelity.relativeError)
      }
    }
    return Outcome(score: ValidationScore(measure: measure, value: value), hits: hits)
  }

  private func fidelity(
    of executor: Executor, judged: ((Bool) -> Void)?,
    progress: @escaping (Int, Int) throws -> Void
  ) throws -> Fidelity {
    try Fidelity.measure(
      executor,
      against: { images, count in
        let images = try Tensor(images, shape: [count] + executor.inputShape.extents)
        return try loss.answers(to: images)?.toFloats() ?? []
      },
      dataset: dataset, preprocessing: preprocessing, batchSize: batchSize, judged: judged,
      progress: progress)
  }
}

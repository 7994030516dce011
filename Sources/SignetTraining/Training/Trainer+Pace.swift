import Foundation
import SignetData
import SignetModel
import Synchronization

extension Trainer {
  /// Steps that are taken to see how long one takes, and the time that is enough to see it.
  private static let trialSteps = 12
  private static let trialSeconds = 10.0
  /// The first steps take longer than others: memory is asked for, and images are waited for.
  private static let slowSteps = 2
  /// What running an image costs beside learning from it.
  private static let shareOfRunning = 0.4
  /// Steps of a run, at most.
  private static let longestRun = 1e9

  /// How many steps a run takes in a time, its validations included: those that `checkpoint` says an
  /// earlier run planned, else by what a few steps take, whose result is thrown away.
  ///
  /// - Parameters:
  ///   - seconds: the time
  ///   - checkpoint: where the run keeps its state
  /// - Returns: at least 1, in all processes the same
  /// - Throws: ``TrainingError``, as ``run(_:teacher:dataset:validation:checkpoint:ranks:cancellation:progress:validating:)``
  public func steps(
    within seconds: Double, _ model: Model, teacher: Model? = nil, dataset: any ImageDataset,
    validation: (any ImageDataset)? = nil, checkpoint: URL? = nil, ranks: Ranks = .alone,
    cancellation: Cancellation = .none
  ) throws(TrainingError) -> Int {
    let planned = try agreed(
      ranks.isFirst ? checkpoint.flatMap(CheckpointFile.plannedSteps) ?? 0 : 0, ranks)
    guard planned == 0 else { return planned }
    let pace = try secondsPerStep(
      model, teacher: teacher, dataset: dataset, ranks: ranks, cancellation: cancellation)
    let batch = Double(options.batchSize)
    let measured = Double(validation?.count ?? 0)
    let statistics = measured > 0 ? Double(options.statisticsBatches) * batch : 0
    let validating = (measured + statistics) / batch * pace * Self.shareOfRunning
    // One validation before the first step and one at the end, and one after each epoch.
    let epoch = max(1, Double(dataset.count) / batch)
    let steps = (seconds - 2 * validating) / (pace + validating / epoch)
    return try agreed(Int(min(max(steps, 1), Self.longestRun)), ranks)
  }

  /// The first process's number.
  private func agreed(_ number: Int, _ ranks: Ranks) throws(TrainingError) -> Int {
    try TrainingError.wrapping {
      let text = try ranks.takeFromFirst(Array("\(number)".utf8))
      return Int(String(decoding: text, as: UTF8.self)) ?? number
    }
  }

  private func secondsPerStep(
    _ model: Model, teacher: Model?, dataset: any ImageDataset, ranks: Ranks,
    cancellation: Cancellation
  ) throws(TrainingError) -> Double {
    var trial = self
    trial.options.duration = .steps(Self.trialSteps)
    trial.options.patience = nil
    trial.options.progressEverySteps = 1
    let clock = ContinuousClock()
    let start = clock.now
    var times: [ContinuousClock.Instant] = []
    let isEnough = Flag()
    do throws(TrainingError) {
      _ = try trial.run(
        model, teacher: teacher, dataset: dataset, ranks: ranks,
        cancellation: Cancellation { cancellation.isAsked || isEnough.isSet }
      ) { _ in
        times.append(clock.now)
        // Several processes end together.
        let isLong = (clock.now - start) / .seconds(1) > Self.trialSeconds
        if ranks.count == 1, isLong, times.count > Self.slowSteps + 1 {
          isEnough.set()
        }
      }
    } catch {
      guard isEnough.isSet, !cancellation.isAsked else { throw error }
    }
    let timed = times.dropFirst(min(Self.slowSteps, max(0, times.count - 2)))
    guard let first = timed.first, let last = timed.last, timed.count > 1 else {
      return (clock.now - start) / .seconds(1)
    }
    return (last - first) / .seconds(1) / Double(timed.count - 1)
  }
}

/// Goes up once.
private final class Flag: Sendable {
  private let state = Mutex(false)

  var isSet: Bool { state.withLock { $0 } }

  func set() { state.withLock { $0 = true } }
}

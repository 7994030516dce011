import SignetData
import SignetModel
import Torch

/// The network being trained as it is measured and saved: its weights or their average, in float32,
/// with batch norm's running statistics or ones measured anew.
final class MeasuredNetwork {
  let executor: Executor
  private let statistics: BatchLoader?
  private let batches: Int
  private let ranks: Ranks
  /// The step for which the statistics were measured.
  private var measuredStep = 0

  /// - Parameter average: takes the place of the live weights
  init(
    of live: Executor, average: WeightAverage?, model: Model, dataset: any ImageDataset,
    options: TrainingOptions, ranks: Ranks = .alone
  ) throws(TorchError) {
    self.ranks = ranks
    var parameters = average?.parameters ?? live.parameters
    let hasStatistics = parameters.contains { $0.tensors[.runningMean] != nil }
    // What was held while training fits the weights as it is.
    batches = hasStatistics && !live.holdsStatistics ? options.statisticsBatches : 0
    if batches > 0 {
      // Of its own: measuring must not change what training goes on with.
      for node in parameters.indices {
        for role in [ParameterRole.runningMean, .runningVariance] {
          guard let tensor = parameters[node].tensors[role] else { continue }
          parameters[node].tensors[role] = try tensor.detach().clone()
        }
      }
    }
    statistics =
      batches == 0
      ? nil
      : BatchLoader(
        dataset: dataset, model: model, batchSize: options.batchSize, shuffleSeed: options.seed,
        augmentation: options.augmentation, dropLast: dataset.count >= options.batchSize,
        prefetch: 2, shard: ranks.shard)
    executor = Executor(graph: live.graph, parameters: parameters, options: .init())
    executor.straightThrough = live.straightThrough
  }

  /// Measures batch norm's statistics for the weights after `step` steps. Before the first, the
  /// statistics are those the network came with.
  func updateStatistics(at step: Int) throws {
    guard let statistics, step != measuredStep else { return }
    let batches = statistics.batches(epoch: 0)
    var count = 0
    while count < self.batches, let batch = try batches.next() {
      count += 1
      let inputs = try batch.tensors(for: executor.graph)
      // The mean over all batches so far.
      try executor.updateStatistics(inputs, momentum: 1 / Double(count))
    }
    try ranks.average(executor.statistics.map(\.tensor))
    measuredStep = step
  }
}

import SignetData
import SignetModel
import Torch

/// Mean and variance of each channel of a value, over images and places.
struct ChannelStatistics {
  /// C
  var mean: [Double]
  /// C: mean squared deviation
  var variance: [Double]

  /// Runs some batches and gathers the statistics of the named nodes' values.
  ///
  /// - Parameter batches: how many to take at most
  static func measure(
    _ names: Set<String>, of executor: Executor, on loader: BatchLoader, batches limit: Int
  ) throws -> [String: ChannelStatistics] {
    guard !names.isEmpty else { return [:] }
    var sums: [String: ChannelSums] = [:]
    let batches = loader.batches(epoch: 0)
    var count = 0
    while count < limit, let batch = try batches.next() {
      count += 1
      let inputs = try batch.tensors(for: executor.graph)
      _ = try executor.predicted(inputs) { (node, value) throws(TrainingError) in
        guard names.contains(node.name) else { return }
        try TrainingError.wrapping { try sums[node.name, default: ChannelSums()].add(value) }
      }
    }
    return sums.mapValues(\.statistics)
  }
}

/// Means over batches, which all count alike.
private struct ChannelSums {
  private var batches = 0.0
  private var means: [Double] = []
  private var squares: [Double] = []

  /// - Parameter value: N × C or N × C × H × W
  mutating func add(_ value: Tensor) throws {
    let others = [0] + Array(2..<max(2, value.rank))
    let mean = try value.mean(others).toFloats().map(Double.init)
    let variance = try value.variance(others, unbiased: false).toFloats().map(Double.init)
    if means.isEmpty {
      means = [Double](repeating: 0, count: mean.count)
      squares = means
    }
    batches += 1
    for channel in mean.indices {
      means[channel] += mean[channel]
      squares[channel] += variance[channel] + mean[channel] * mean[channel]
    }
  }

  var statistics: ChannelStatistics {
    let mean = means.map { $0 / batches }
    return ChannelStatistics(
      mean: mean, variance: zip(squares, mean).map { max(0, $0 / batches - $1 * $1) })
  }
}

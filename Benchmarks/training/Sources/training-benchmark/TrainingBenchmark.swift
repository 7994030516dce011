import Foundation
import SignetData
import SignetModel
import SignetTraining
import SignetZoo

/// Times the steps of an ordinary training run, data loading and augmentation included.
///
///     training-benchmark STEPS THREADS PRECISION [binary]
@main
struct TrainingBenchmark {
  static func main() throws {
    let arguments = CommandLine.arguments.dropFirst()
    let words = Array(arguments)
    guard words.count >= 3, let steps = Int(words[0]), let threads = Int(words[1]),
      let precision = Executor.Precision(rawValue: words[2])
    else {
      print("usage: training-benchmark STEPS THREADS float32|bfloat16 [binary]")
      exit(64)
    }
    let batch = 128
    let options = TrainingOptions(
      duration: .steps(steps), batchSize: batch, precision: precision,
      binary: words.dropFirst(3).contains("binary"), checkpointEverySteps: 0,
      progressEverySteps: 1, threads: threads)
    var times: [ContinuousClock.Instant] = []
    _ = try Trainer(options: options).run(
      Architecture.resnet20.model(seed: 1), dataset: NoiseDataset(count: 40 * batch),
      progress: { _ in times.append(.now) })
    let seconds = zip(times, times.dropFirst()).map { ($1 - $0) / .seconds(1) }
    // The first steps fill caches and choose kernels.
    let steady = seconds.dropFirst(min(5, seconds.count / 2)).sorted()
    let median = steady[steady.count / 2]
    print(
      "{\"imagesPerSecond\": \(Double(batch) / median), \"medianSeconds\": \(median), "
        + "\"defaultPrecision\": \"\(Executor.Precision.fastest.rawValue)\"}")
  }
}

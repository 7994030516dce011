import Foundation
import SignetData
import SignetModel
import SignetTraining
import SignetZoo

/// Times the steps of an ordinary training run, data loading and augmentation included.
///
///     training-benchmark STEPS THREADS PRECISION [float|finetune] [noise|ready|KIND:PATH]
///
/// `finetune` trains latent weights and scales as for a hashed network, without a teacher. `noise`
/// is random images in memory, augmented as real ones are; `ready` leaves the augmentation out;
/// `KIND:PATH` is a data set.
@main
struct TrainingBenchmark {
  static func main() throws {
    let words = Array(CommandLine.arguments.dropFirst())
    guard words.count >= 3, let steps = Int(words[0]), let threads = Int(words[1]),
      let precision = Executor.Precision(rawValue: words[2])
    else {
      print(
        "usage: training-benchmark STEPS THREADS float32|bfloat16 [float|finetune] "
          + "[noise|ready|KIND:PATH]")
      exit(64)
    }
    let batch = 128
    let source = words.count > 4 ? words[4] : "noise"
    let data: any ImageDataset =
      source == "noise" || source == "ready"
      ? NoiseDataset(count: 40 * batch)
      : try DatasetSpecification(parsing: source).open(split: .train, limit: nil, seed: 0)
    let finetunes = words.dropFirst(3).first == "finetune"
    var options = finetunes ? TrainingOptions.binaryTraining : TrainingOptions()
    options.duration = .steps(steps)
    options.batchSize = batch
    options.precision = precision
    options.binary = finetunes
    options.augmentation = source == "ready" ? .none : .cifar
    options.checkpointEverySteps = 0
    options.progressEverySteps = 1
    options.threads = threads
    var times: [ContinuousClock.Instant] = []
    _ = try Trainer(options: options).run(
      Architecture.resnet20.model(seed: 1), dataset: data, progress: { _ in times.append(.now) })
    let seconds = zip(times, times.dropFirst()).map { ($1 - $0) / .seconds(1) }
    // The first steps fill caches and choose kernels.
    let steady = seconds.dropFirst(min(5, seconds.count / 2)).sorted()
    let median = steady[steady.count / 2]
    print(
      "{\"imagesPerSecond\": \(Double(batch) / median), \"medianSeconds\": \(median), "
        + "\"defaultPrecision\": \"\(Executor.Precision.fastest.rawValue)\"}")
  }
}

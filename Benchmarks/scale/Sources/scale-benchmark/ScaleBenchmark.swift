import Foundation
import SignetData
import SignetModel
import SignetTraining
import SignetZoo
import Torch

/// One process of several, which the environment tells its place (`RANK`, `WORLD_SIZE`, `MASTER_ADDR`,
/// `MASTER_PORT`); the first prints a line of JSON.
///
///     scale-benchmark exchange ROUNDS
///     scale-benchmark step BATCH STEPS
///     scale-benchmark load FOLDER SECONDS
///
/// `exchange` times sums over all processes, by bytes. `step` times fine-tuning steps of a ResNet-20, one
/// thread per process, BATCH images in all, and one process's steps without the others where there is
/// one. `load` reads a folder of image files as ImageNet's are read for training (a random part stretched
/// to 224×224, mirrored or not, normalised), on one thread.
@main
struct ScaleBenchmark {
  static func main() throws {
    let words = Array(CommandLine.arguments.dropFirst())
    let launch = try Launch(ProcessInfo.processInfo.environment)
    switch words.first {
    case "exchange" where words.count == 2:
      guard let launch, let rounds = Int(words[1]) else { return usage() }
      try exchange(launch, rounds: rounds)
    case "step" where words.count == 3:
      guard let batch = Int(words[1]), let steps = Int(words[2]) else { return usage() }
      try step(launch, batch: batch, steps: steps)
    case "load" where words.count == 3:
      guard let seconds = Double(words[2]) else { return usage() }
      try load(words[1], seconds: seconds)
    default: usage()
    }
  }

  private static func usage() {
    print("usage: scale-benchmark exchange ROUNDS | step BATCH STEPS | load FOLDER SECONDS")
    exit(64)
  }

  private static func exchange(_ launch: Launch, rounds: Int) throws {
    try TorchSettings.setThreads(1)
    let store = try ProcessStore(
      host: launch.host, port: launch.port, serves: launch.rank == 0, prefix: "scale", timeout: 60)
    let group = try ProcessGroup(
      store: store, rank: launch.rank, count: launch.count, timeout: 60)
    var seconds: [String: Double] = [:]
    for bytes in [4, 1 << 12, 1 << 16, 1 << 20, 1 << 22, 1 << 24, 1 << 25] {
      let tensor = try Tensor.zeros([bytes / 4])
      var times: [Double] = []
      for _ in 0..<rounds + 3 {
        let start = ContinuousClock.now
        try group.sumInPlace([tensor])
        times.append(start.duration(to: .now) / .seconds(1))
      }
      seconds["\(bytes)"] = median(Array(times.dropFirst(3)))
    }
    if launch.rank == 0 { try printJSON(seconds) }
  }

  private static func step(_ launch: Launch?, batch: Int, steps: Int) throws {
    let ranks = try launch.map { try Ranks($0, timeout: 60) { _ in exit(1) } } ?? .alone
    var options = TrainingOptions.binaryTraining
    options.duration = .steps(steps)
    options.batchSize = batch
    options.binary = true
    options.precision = .float32
    options.augmentation = .none
    options.statisticsBatches = 0
    options.checkpointEverySteps = 0
    options.progressEverySteps = 1
    options.threads = 1
    var times: [ContinuousClock.Instant] = []
    _ = try Trainer(options: options).run(
      Architecture.resnet20.model(seed: 1), dataset: NoiseImages(count: 20 * batch), ranks: ranks,
      progress: { _ in times.append(.now) })
    ranks.leave()
    guard ranks.isFirst else { return }
    let seconds = zip(times, times.dropFirst()).map { $0.duration(to: $1) / .seconds(1) }
    try printJSON(["step": median(Array(seconds.dropFirst(3)))])
  }

  private static func load(_ folder: String, seconds: Double) throws {
    let images = try DatasetSpecification(parsing: "imagefolder:\(folder)").open(split: .train)
    let loader = BatchLoader(
      dataset: images, shape: .map(3, 224, 224), preprocessing: .imagenet, batchSize: 32,
      shuffleSeed: 1, augmentation: .imageNet, prefetch: 0)
    var count = 0
    let start = ContinuousClock.now
    for epoch in 0... {
      let batches = loader.batches(epoch: epoch)
      while let batch = try batches.next() {
        count += batch.count
        let taken = start.duration(to: .now) / .seconds(1)
        guard taken < seconds else {
          return try printJSON(["imagesPerSecond": Double(count) / taken])
        }
      }
    }
  }

  private static func median(_ values: [Double]) -> Double {
    values.sorted()[values.count / 2]
  }

  private static func printJSON(_ numbers: [String: Double]) throws {
    let data = try JSONEncoder().encode(numbers)
    print(String(decoding: data, as: UTF8.self))
  }
}

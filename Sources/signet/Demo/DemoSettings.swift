import Foundation
import SignetTraining
import SignetZoo

/// Everything that shapes the demo's files.
struct DemoSettings: Codable, Equatable {
  var seed: UInt64
  var trainingEpochs = 4.0
  var trainingRate = 0.1
  var finetuningEpochs = 2.0
  var finetuningRate = 1e-3
  var labelsWeight = 1.0
  var calibrationImages = 1024
  var validationShare = 0.05

  var architecture: Architecture { .fashionVGG }

  func training(threads: Int) -> TrainingOptions {
    TrainingOptions(
      duration: .epochs(trainingEpochs), learningRate: trainingRate, warmupEpochs: 0.5,
      seed: seed, threads: threads)
  }

  func finetuning(threads: Int) -> TrainingOptions {
    var options = TrainingOptions.finetuning
    options.duration = .epochs(finetuningEpochs)
    options.learningRate = finetuningRate
    options.loss = .distillation(labelsWeight: labelsWeight)
    options.seed = seed
    options.threads = threads
    return options
  }

  func binarization(_ method: BinarizationOptions.Method, threads: Int) -> BinarizationOptions {
    var options = BinarizationOptions()
    options.method = method
    options.images = calibrationImages
    options.seed = seed
    options.threads = threads
    return options
  }
}

extension DemoSettings {
  /// Makes the folder ours: creates it, and removes our files that other settings left there,
  /// since stages trust the files they find.
  ///
  /// - Throws: ``CommandError/foreignFile(_:)`` rather than touch a file that is not ours.
  func claim(_ folder: URL, stages: [String], restart: Bool) throws {
    let manager = FileManager.default
    try manager.createDirectory(at: folder, withIntermediateDirectories: true)
    let note = folder.appendingPathComponent("demo.json")
    let files = stages.flatMap { ["\($0).signet", "\($0).signet.checkpoint"] }
      .map { folder.appendingPathComponent($0) }
      .filter { manager.fileExists(atPath: $0.path) }
    if let file = files.first, !manager.fileExists(atPath: note.path) {
      throw CommandError.foreignFile(file.relativePath)
    }
    let known = (try? Data(contentsOf: note)).flatMap {
      try? JSONDecoder().decode(DemoSettings.self, from: $0)
    }
    guard known != self || restart else { return }
    for file in files { try manager.removeItem(at: file) }
    try JSONEncoder().encode(self).write(to: note, options: .atomic)
  }
}

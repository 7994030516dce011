import Foundation
import SignetModel
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
  /// - Returns: what keeps other runs out while this one is at work
  /// - Throws: ``CommandError/foreignFile(_:)`` rather than touch a file that is not ours.
  func claim(_ folder: URL, stages: [String], restart: Bool) throws -> FileLock {
    let manager = FileManager.default
    try FileFolder.make(folder)
    let note = folder.appendingPathComponent("demo.json")
    let lock = try FileLock(note)
    let models = stages.map { folder.appendingPathComponent("\($0).signet") }
      .filter { manager.fileExists(atPath: $0.path) }
    let checkpoints = stages.map { folder.appendingPathComponent("\($0).signet.checkpoint") }
      .filter { manager.fileExists(atPath: $0.path) }
    let known = (try? Data(contentsOf: note)).flatMap {
      try? JSONDecoder().decode(DemoSettings.self, from: $0)
    }
    if known == nil {
      let present = [note].filter { manager.fileExists(atPath: $0.path) } + models + checkpoints
      if let file = present.first { throw CommandError.foreignFile(file.relativePath) }
    }
    guard known != self || restart else { return lock }
    for model in models {
      guard (try? SafetensorsFile(contentsOf: model))?.isModel == true else {
        throw CommandError.foreignFile(model.relativePath)
      }
    }
    for checkpoint in checkpoints { try CheckpointFile.remove(checkpoint) }
    for model in models {
      guard unlink(model.path) == 0 else {
        throw ModelFileError.system("remove", path: model.relativePath)
      }
    }
    try AtomicFile.write([JSONEncoder().encode(self)], to: note)
    return lock
  }
}

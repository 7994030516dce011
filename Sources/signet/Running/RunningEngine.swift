import ArgumentParser
import SignetModel
import SignetRuntime
import SignetTraining
import Torch

/// What runs a model: our own runtime, or libtorch.
enum RunningEngine: String, ExpressibleByArgument, CaseIterable {
  case runtime, torch

  /// - Parameters:
  ///   - batch: the most images that will be run at once
  func classifier(
    for model: Model, threads: Int, batch: Int
  ) throws -> any Classifier & NamedNetwork {
    try network(for: model, options: Engine.Options(threads: threads, maximumBatch: batch))
  }

  func classifier(for model: Model, options: Engine.Options) throws -> any Classifier {
    try network(for: model, options: options)
  }

  func network(
    for model: Model, options: Engine.Options
  ) throws -> any Classifier & NamedNetwork {
    switch self {
    case .runtime:
      return try Engine(model: model, options: options)
    case .torch:
      try TorchSettings.setThreads(options.threads)
      return try Executor(model: model)
    }
  }
}

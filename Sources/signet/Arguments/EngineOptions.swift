import ArgumentParser
import SignetModel
import SignetRuntime

/// What runs a model, and how exactly.
struct EngineOptions: ParsableArguments {
  @Option(help: "What runs the model: runtime (Signet's own) or torch.")
  var engine: RunningEngine = .runtime

  @Flag(
    help: """
      Keep the scores of float arithmetic to 1e-5 where faster kernels would round activations \
      to integers (with --engine runtime).
      """)
  var exact = false

  func validate() throws {
    guard engine == .runtime || !exact else {
      throw ValidationError("--exact is about the runtime: leave --engine out")
    }
  }

  /// - Parameter batch: the most images that will be run at once
  func classifier(for model: Model, threads: Int, batch: Int) throws -> any Classifier {
    try engine.classifier(for: model, options: options(threads: threads, batch: batch))
  }

  func options(threads: Int, batch: Int) -> Engine.Options {
    Engine.Options(threads: threads, maximumBatch: batch, isExact: exact)
  }
}

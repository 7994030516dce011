import SignetModel

extension BinarizationRun {
  /// Measures what the positions of the layers' outputs count. Needs gradients.
  func measureFisherWeights() throws {
    guard options.isFisherWeighted(model), let set, selection.stops.contains(where: isOpen) else {
      return
    }
    var passes = workers
    passes.threads = memory.gradientWorkers(
      atMost: threads, within: options.memoryBytes, images: set.images.taken)
    fisher = try FisherMeasurement(
      model: model, plan: selection.plan, layers: Set(selection.stops),
      imagesPerPass: layout.imagesPerPass, seed: options.seed
    ).weights(set, workers: workers, passes: passes)
  }
}

extension TrainingOptions {
  /// Images whose statistics a batch norm takes, of at most `images` in a step, where so many processes
  /// share them.
  func imagesPerNorm(of images: Int, processes: Int) -> Int {
    let images = min(images, batchSize)
    return synchronizesBatchNorm ? images : images / processes
  }

  /// The learning rate for `batchSize` images per step of a rate meant for ``batchSize``: less where
  /// there are fewer, whose gradients are noisier, the same where there are more.
  ///
  /// SGD's goes down in proportion (Goyal et al., "Accurate, Large Minibatch SGD", 2017), Adam's, which
  /// divides by the noise already, with the root (Malladi et al., "On the SDEs and Scaling Rules for
  /// Adaptive Gradient Algorithms", 2022).
  public func learningRate(
    _ rate: Double, at batchSize: Int, with optimizer: Optimizer
  ) -> Double {
    let share = min(1, Double(batchSize) / Double(self.batchSize))
    return switch optimizer {
    case .sgd: rate * share
    case .adam: rate * share.squareRoot()
    }
  }

  /// The batches of `batchSize` images that hold at least as many images as ``statisticsBatches`` of
  /// ``batchSize``.
  public func statisticsBatches(at batchSize: Int) -> Int {
    let images = statisticsBatches * self.batchSize
    return max(statisticsBatches, (images + batchSize - 1) / max(1, batchSize))
  }
}

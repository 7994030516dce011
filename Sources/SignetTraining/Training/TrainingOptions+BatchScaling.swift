extension TrainingOptions {
  /// The learning rate for `batchSize` images per step of a rate meant for ``batchSize``: in proportion
  /// where there are fewer, whose gradients are noisier (Goyal et al., "Accurate, Large Minibatch
  /// SGD", 2017), the same where there are more.
  public func learningRate(_ rate: Double, at batchSize: Int) -> Double {
    rate * min(1, Double(batchSize) / Double(self.batchSize))
  }

  /// The batches of `batchSize` images that hold at least as many images as ``statisticsBatches`` of
  /// ``batchSize``.
  public func statisticsBatches(at batchSize: Int) -> Int {
    let images = statisticsBatches * self.batchSize
    return max(statisticsBatches, (images + batchSize - 1) / max(1, batchSize))
  }
}

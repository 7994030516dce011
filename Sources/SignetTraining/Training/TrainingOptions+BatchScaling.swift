extension TrainingOptions {
  /// The learning rate for `batchSize` images per step of a rate meant for ``batchSize``: in proportion
  /// where there are fewer, whose gradients are noisier (Goyal et al., "Accurate, Large Minibatch
  /// SGD", 2017), the same where there are more.
  public func learningRate(_ rate: Double, at batchSize: Int) -> Double {
    rate * min(1, Double(batchSize) / Double(self.batchSize))
  }
}

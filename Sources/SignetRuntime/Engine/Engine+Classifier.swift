import SignetModel

extension Engine: Classifier {
  /// As ``run(_:count:)``: count × C × H × W, preprocessed → count × ``classCount``.
  public func logits(images: [Float], count: Int) throws -> [Float] {
    try run(images, count: count)
  }
}

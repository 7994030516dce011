import SignetModel

extension Engine: Classifier {
  public func logits(images: [Float], count: Int) throws -> [Float] {
    try run(images, count: count)
  }
}

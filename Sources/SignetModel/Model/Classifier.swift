/// Anything that maps a batch of images to class scores.
public protocol Classifier: AnyObject {
  /// Shape of one image, `C×H×W`.
  var inputShape: Shape { get }
  /// Elements of the output.
  var classCount: Int { get }

  /// The class scores before softmax.
  ///
  /// - Parameters:
  ///   - images: count × C × H × W, preprocessed, row-major
  ///   - count: images in the batch
  /// - Returns: count × classes, row-major
  func logits(images: [Float], count: Int) throws -> [Float]

  /// The same for a network of any number of inputs.
  ///
  /// - Parameters:
  ///   - inputs: by input, count × its shape, row-major
  ///   - count: samples in the batch
  /// - Returns: count × the first output's elements, row-major
  func logits(inputs: [[Float]], count: Int) throws -> [Float]
}

extension Classifier {
  /// Of a network with one input.
  public func logits(inputs: [[Float]], count: Int) throws -> [Float] {
    try logits(images: inputs.first ?? [], count: count)
  }
}

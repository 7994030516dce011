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
}

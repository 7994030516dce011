/// What libtorch refused to do.
///
/// libtorch checks shapes, element types and ranges itself; its own sentence is kept, because it
/// names the sizes found.
public struct TorchError: Error, Equatable {
  /// The operation that failed, as it is called in this module: `conv2d`.
  public let operation: String
  /// libtorch's text, without its stack trace.
  public let message: String

  public init(operation: String, message: String) {
    self.operation = operation
    self.message = message
  }
}

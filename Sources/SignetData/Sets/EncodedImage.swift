/// An image as its file has it.
public struct EncodedImage: Sendable, Hashable {
  /// Of a JPEG or PNG file.
  public let bytes: [UInt8]
  /// What an error calls it.
  public let name: String

  /// The bytes of a file, and its name.
  public init(bytes: [UInt8], name: String) {
    self.bytes = bytes
    self.name = name
  }
}

/// What a file may ask of memory before it is refused.
enum Limits {
  /// Bytes of one file of a set that is held in memory.
  static let datasetBytes = 4 << 30
  /// Bytes of a list or of a file of names.
  static let textBytes = 1 << 30
  /// Bytes of one image file.
  static let imageBytes = 256 << 20
  /// Pixels of one decoded image: 100 million, 300 MB of RGB.
  static let pixels = 100_000_000
  /// Pixels of one side; what JPEG can say.
  static let side = 65535
  /// Classes of a set.
  static let classes = 1 << 20
}

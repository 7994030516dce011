#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension Model {
  /// Opens a model file. The file is memory-mapped: float tensors are windows on it, and nothing
  /// is copied until it is used.
  ///
  /// The layout is described in `Documentation/format.md`.
  ///
  /// - Throws: ``ModelFileError`` naming the file, what is wrong with it, and what was expected.
  public init(contentsOf url: URL) throws(ModelFileError) {
    try self.init(SafetensorsFile(contentsOf: url))
  }

  package init(fileData: Data, path: String) throws(ModelFileError) {
    try self.init(SafetensorsFile(data: fileData, path: path))
  }

  /// Writes the model file: to a temporary file in the same folder, which then takes the place of
  /// whatever stands at `url`. The same model always gives the same bytes.
  ///
  /// - Throws: ``ModelFileError``; what stood at `url` is then untouched. Where the model itself is
  ///   at fault, its path is empty: the file that was not written is to blame for nothing.
  public func write(to url: URL) throws(ModelFileError) {
    try AtomicFile.write(fileParts(path: ""), to: url)
  }

  /// The model file.
  package func fileBytes() throws(ModelFileError) -> [UInt8] {
    try fileParts(path: "").flatMap { $0 }
  }

  /// Bytes of the model file.
  ///
  /// - Throws: ``ModelFileError`` if the model cannot be written, e.g. because of a NaN.
  public var fileByteCount: Int {
    get throws(ModelFileError) {
      try fileParts(path: "").reduce(0) { $0 + $1.count }
    }
  }

  /// Bytes of the same tensors, all in float32.
  public var floatByteCount: Int {
    weights.values.reduce(0) { $0 + $1.elementCount * MemoryLayout<Float>.stride }
  }
}

/// The names of the tensors that hold a weight's codes.
enum CodesTensorName {
  static func codes(_ weight: String) -> String { weight + ".codes" }
  static func scale(_ weight: String) -> String { weight + ".scale" }
  static func codeCounts(_ weight: String) -> String { weight + ".code_counts" }
  static func constant(_ weight: String) -> String { weight + ".constant" }
  static func inputScale(_ weight: String) -> String { weight + ".input_scale" }
}

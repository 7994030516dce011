#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A memory-mapped safetensors file, Signet's or anybody's.
public struct SafetensorsFile: Sendable {
  /// What the header says of one tensor.
  public struct Tensor: Sendable, Hashable {
    /// The tensor's name, unique in the file.
    public let name: String
    /// The type of its elements.
    public let elementType: ElementType
    /// Extents, outermost first; empty for a single number.
    public let shape: [Int]
    /// Counted from the start of the file.
    let byteRange: Range<Int>
  }

  /// The file's path as it was given.
  public let path: String
  /// The strings of the header's member `__metadata__`, by key.
  public let metadata: [String: String]
  /// Tensors by name.
  public let tensors: [String: Tensor]

  let data: Data
  let metadataRanges: [String: Range<Int>]

  /// - Throws: ``ModelFileError`` if the file cannot be opened or is not valid safetensors.
  public init(contentsOf url: URL) throws(ModelFileError) {
    try self.init(data: MappedFile.data(at: url), path: url.path)
  }

  package init(data: Data, path: String) throws(ModelFileError) {
    do throws(ModelFileError.Defect) {
      let header = try SafetensorsHeader(data)
      metadata = header.metadata
      metadataRanges = header.metadataRanges
      tensors = header.tensors
    } catch {
      throw ModelFileError(path: path, defect: error)
    }
    self.data = data
    self.path = path
  }

  /// A window on the tensor's bytes; nothing is copied.
  package func bytes(of tensor: Tensor) -> Data {
    let start = data.startIndex
    return data[start + tensor.byteRange.lowerBound..<start + tensor.byteRange.upperBound]
  }

  /// The tensor as float32 in row-major order. Float32 is a window on the file, other types are
  /// converted.
  public func values(of tensor: Tensor) -> FloatValues {
    let bytes = bytes(of: tensor)
    if tensor.elementType == .float32, let window = FloatValues(littleEndian: bytes) {
      return window
    }
    return FloatValues(tensor.elementType.floats(bytes))
  }

  /// The tensor as it is kept: a window on the file also for float16.
  func storedValues(of tensor: Tensor) -> FloatValues {
    FloatValues(littleEndian: bytes(of: tensor), elementType: tensor.elementType)
      ?? values(of: tensor)
  }
}

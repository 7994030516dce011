import Foundation

/// An immutable run of float32 numbers, possibly a window on a memory-mapped file.
public struct FloatValues: Sendable, Hashable {
  /// Little-endian IEEE 754 binary32; the length is a multiple of four.
  let bytes: Data

  public init(_ values: [Float]) {
    bytes = values.withUnsafeBytes { Data($0) }
  }

  /// Wraps raw little-endian float32; `nil` if the length is not a multiple of four.
  public init?(littleEndian bytes: Data) {
    guard bytes.count % MemoryLayout<Float>.stride == 0 else { return nil }
    self.bytes = bytes
  }

  public var count: Int { bytes.count / MemoryLayout<Float>.stride }

  /// A copy as an array.
  public var array: [Float] {
    [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
      initialized = bytes.copyBytes(to: UnsafeMutableRawBufferPointer(buffer)) / 4
    }
  }

  /// The one door to the storage for code that must not copy. A file may hold its tensors
  /// unaligned, so the bytes are handed out raw.
  package func withUnsafeBytes<Result>(
    _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    try bytes.withUnsafeBytes(body)
  }
}

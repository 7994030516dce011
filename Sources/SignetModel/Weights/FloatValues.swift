#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// An immutable run of floating-point numbers, possibly a window on a memory-mapped file.
public struct FloatValues: Sendable, Hashable {
  /// Little-endian IEEE 754 binary32 or binary16; the length is a multiple of an element's.
  let bytes: Data
  /// `float32` or `float16`. Whatever reads the numbers sees float32.
  public let elementType: ElementType

  /// Keeps a copy of the numbers in float32.
  public init(_ values: [Float]) {
    bytes = values.withUnsafeBytes { Data($0) }
    elementType = .float32
  }

  /// Wraps raw little-endian float32; `nil` if the length is not a multiple of four.
  public init?(littleEndian bytes: Data) {
    self.init(littleEndian: bytes, elementType: .float32)
  }

  /// `nil` if the length is not a multiple of an element's, or the type neither float32 nor
  /// float16.
  init?(littleEndian bytes: Data, elementType: ElementType) {
    guard elementType == .float32 || elementType == .float16,
      bytes.count % elementType.byteCount == 0
    else { return nil }
    self.bytes = bytes
    self.elementType = elementType
  }

  /// Numbers kept.
  public var count: Int { bytes.count / elementType.byteCount }

  /// Bytes they take.
  public var byteCount: Int { bytes.count }

  /// A copy as an array.
  public var array: [Float] {
    guard elementType == .float32 else { return elementType.floats(bytes) }
    return [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
      initialized = bytes.copyBytes(to: UnsafeMutableRawBufferPointer(buffer)) / 4
    }
  }

  /// The one door to the storage for code that must not copy. A file may hold its tensors
  /// unaligned, so the bytes are handed out raw, as elements of ``elementType``.
  package func withUnsafeBytes<Result>(
    _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    try bytes.withUnsafeBytes(body)
  }
}

extension FloatValues {
  /// The numbers in half precision, or as they are where that would lose more than half precision
  /// must: no number may move by more than 2⁻¹¹ of the largest.
  func narrowed() -> FloatValues {
    let values = array
    let peak = values.reduce(0) { max($0, abs($1)) }
    let isFit = peak == 0 || (Half.leastNormal...Half.greatest).contains(peak)
    guard isFit, values.allSatisfy(\.isFinite) else { return self }
    let halves = values.map { Half.bits($0).littleEndian }
    return halves.withUnsafeBytes { FloatValues(littleEndian: Data($0), elementType: .float16) }
      ?? self
  }
}

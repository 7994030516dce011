internal import CTorch

extension Tensor {
  /// Copies elements given in row-major order.
  public convenience init(_ values: [Float], shape: [Int]) throws(TorchError) {
    self.init(owning: try Self.copied(values, shape: shape, dtype: .float32))
  }

  public convenience init(_ values: [Double], shape: [Int]) throws(TorchError) {
    self.init(owning: try Self.copied(values, shape: shape, dtype: .float64))
  }

  public convenience init(_ values: [UInt8], shape: [Int]) throws(TorchError) {
    self.init(owning: try Self.copied(values, shape: shape, dtype: .uint8))
  }

  public convenience init(_ values: [Int64], shape: [Int]) throws(TorchError) {
    self.init(owning: try Self.copied(values, shape: shape, dtype: .int64))
  }

  /// Copies raw elements in row-major order and the machine's byte order.
  public convenience init(
    bytes: UnsafeRawBufferPointer, shape: [Int], dtype: DType
  ) throws(TorchError) {
    self.init(owning: try Self.copied(bytes, shape: shape, dtype: dtype))
  }

  /// A scalar.
  public convenience init(_ value: Double, dtype: DType = .float32) throws(TorchError) {
    guard let handle = ctorch_full(value, nil, 0, dtype.code) else { throw .latest("scalar") }
    self.init(owning: handle)
  }

  public static func zeros(_ shape: [Int], dtype: DType = .float32) throws(TorchError) -> Tensor {
    try call("zeros", ()) { ctorch_zeros(shape, shape.count, dtype.code) }
  }

  public static func ones(_ shape: [Int], dtype: DType = .float32) throws(TorchError) -> Tensor {
    try full(1, shape, dtype: dtype)
  }

  public static func full(
    _ value: Double, _ shape: [Int], dtype: DType = .float32
  ) throws(TorchError) -> Tensor {
    try call("full", ()) { ctorch_full(value, shape, shape.count, dtype.code) }
  }

  /// A copy with memory of its own, in the same layout.
  public func clone() throws(TorchError) -> Tensor {
    try call("clone", self) { ctorch_clone(handle) }
  }

  /// The same memory without its gradient history.
  public func detach() throws(TorchError) -> Tensor {
    try call("detach", self) { ctorch_detach(handle) }
  }

  /// The elements converted; itself where the type is the same already.
  public func to(_ dtype: DType) throws(TorchError) -> Tensor {
    try call("to", self) { ctorch_to_dtype(handle, dtype.code) }
  }

  /// In row-major order without gaps; itself where it is so already.
  public func contiguous() throws(TorchError) -> Tensor {
    try call("contiguous", self) { ctorch_contiguous(handle, false) }
  }

  /// The same N × C × H × W tensor with N-H-W-C order in memory, which convolutions prefer.
  public func channelsLast() throws(TorchError) -> Tensor {
    try call("channelsLast", self) { ctorch_contiguous(handle, true) }
  }

  private static func copied<Element>(
    _ values: [Element], shape: [Int], dtype: DType
  ) throws(TorchError) -> OpaquePointer {
    let handle = values.withUnsafeBytes {
      ctorch_from_bytes($0.baseAddress, $0.count, shape, shape.count, dtype.code)
    }
    guard let handle else { throw .latest("tensor") }
    return handle
  }

  private static func copied(
    _ bytes: UnsafeRawBufferPointer, shape: [Int], dtype: DType
  ) throws(TorchError) -> OpaquePointer {
    guard
      let handle = ctorch_from_bytes(
        bytes.baseAddress, bytes.count, shape, shape.count, dtype.code)
    else { throw .latest("tensor") }
    return handle
  }
}

internal import CTorch

extension Tensor {
  /// The only element, as a number.
  public func item() throws(TorchError) -> Double {
    var value = 0.0
    try perform("item", self) { ctorch_item(handle, &value) }
    return value
  }

  /// The elements in row-major order, converted to float32.
  public func toFloats() throws(TorchError) -> [Float] {
    try elements(as: .float32)
  }

  /// The elements in row-major order, converted to float64.
  public func toDoubles() throws(TorchError) -> [Double] {
    try elements(as: .float64)
  }

  /// The elements in row-major order, converted to 64-bit integers (fractions are cut off).
  public func toInt64s() throws(TorchError) -> [Int64] {
    try elements(as: .int64)
  }

  /// The elements in row-major order, converted to bytes.
  public func toBytes() throws(TorchError) -> [UInt8] {
    try elements(as: .uint8)
  }

  /// Lends the elements in row-major order, copied first where they lie otherwise or elsewhere. The buffer is
  /// valid within `body` only.
  public func withUnsafeBytes<Result>(
    _ body: (UnsafeRawBufferPointer) -> Result
  ) throws(TorchError) -> Result {
    let isReady = isContiguous && ctorch_is_on_processor(handle)
    let source = isReady ? self : try call("withUnsafeBytes", self) { ctorch_on_processor(handle) }
    return try withExtendedLifetime(source) { () throws(TorchError) -> Result in
      var byteCount = 0
      guard let start = ctorch_data(source.handle, &byteCount) else {
        throw .latest("withUnsafeBytes")
      }
      return body(UnsafeRawBufferPointer(start: start, count: byteCount))
    }
  }

  private func elements<Element>(as dtype: DType) throws(TorchError) -> [Element] {
    let source = try self.dtype == dtype ? self : to(dtype)
    return try source.withUnsafeBytes { Array($0.bindMemory(to: Element.self)) }
  }
}

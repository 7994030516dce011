internal import CTorch

/// A libtorch tensor in the processor's memory.
///
/// A reference: views share memory, and the operations called `…InPlace`, `copy(from:)`
/// and `zero()` write into it, as in PyTorch. Shapes are `[Int]`, outermost dimension
/// first; images are N × C × H × W. Negative dimensions count from the end. Every operation throws
/// `TorchError` with libtorch's sentence when shapes or element types do not fit.
///
/// Gradient recording and mixed precision are settings of the thread that calls
/// (``noGrad(_:)``, ``withAutocast(_:_:)``).
// Unchecked: the handle never changes, libtorch counts its references atomically, and any thread
// may read a tensor. Whoever writes into one (an operation in place, an optimiser's step) must see
// to it that no other thread uses it then, as with any shared memory.
public final class Tensor: @unchecked Sendable {
  let handle: OpaquePointer

  init(owning handle: OpaquePointer) {
    self.handle = handle
  }

  deinit {
    ctorch_free(handle)
  }

  /// The sizes, outermost dimension first; empty for a scalar.
  public var shape: [Int] {
    let rank = ctorch_rank(handle)
    return [Int](unsafeUninitializedCapacity: rank) { sizes, count in
      if let start = sizes.baseAddress { ctorch_shape(handle, start) }
      count = rank
    }
  }

  /// The number of dimensions.
  public var rank: Int { ctorch_rank(handle) }

  public var elementCount: Int { ctorch_element_count(handle) }

  /// The type of the elements; throws for a type this module has no name for.
  public var dtype: DType {
    get throws(TorchError) {
      var code = CTORCH_FLOAT32
      try perform("dtype", self) { ctorch_get_dtype(handle, &code) }
      guard let dtype = DType(code: code) else {
        throw TorchError(
          operation: "dtype", message: "element type \(code.rawValue) has no name here")
      }
      return dtype
    }
  }

  /// Whether the elements lie in row-major order without gaps.
  public var isContiguous: Bool { ctorch_is_contiguous(handle, false) }

  /// Whether the elements of an N × C × H × W tensor lie in N-H-W-C order without gaps.
  public var isChannelsLast: Bool { ctorch_is_contiguous(handle, true) }
}

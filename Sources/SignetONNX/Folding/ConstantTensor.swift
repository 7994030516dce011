import SignetModel

/// A tensor whose elements are known when the file is read.
struct ConstantTensor: Hashable {
  /// More axes than any operator here has.
  static let maximumRank = 16

  enum Storage: Hashable {
    /// Elements of any float type, rounded to float32.
    case floats([Float])
    /// Elements of any integer type; 0 and 1 for booleans; uint64 as its bit pattern.
    case integers([Int64])
  }

  /// Extents, outermost first; empty for a scalar. The storage holds exactly their product.
  let dims: [Int]
  let type: ElementType
  let storage: Storage
  /// The elements as layers keep them, made once however many layers take the tensor.
  private let shared: SharedValues

  init(dims: [Int], floats: [Float], type: ElementType = .float32, values: FloatValues? = nil) {
    self.init(
      dims: dims, storage: .floats(floats), type: type, shared: SharedValues(values: values))
  }

  init(dims: [Int], integers: [Int64], type: ElementType = .int64) {
    self.init(dims: dims, storage: .integers(integers), type: type, shared: SharedValues())
  }

  private init(dims: [Int], storage: Storage, type: ElementType, shared: SharedValues) {
    self.dims = dims
    self.type = type
    self.storage = storage
    self.shared = shared
    checkInvariants()
  }

  static func == (left: ConstantTensor, right: ConstantTensor) -> Bool {
    left.dims == right.dims && left.type == right.type && left.storage == right.storage
  }

  func hash(into hasher: inout Hasher) {
    hasher.combine(dims)
    hasher.combine(type)
    hasher.combine(storage)
  }

  private func checkInvariants() {
    assert(Self.elementCount(dims, limit: .max) == count, "\(dims) does not hold \(count)")
  }

  var count: Int {
    switch storage {
    case .floats(let values): values.count
    case .integers(let values): values.count
    }
  }

  var floats: [Float] {
    switch storage {
    case .floats(let values): values
    case .integers(let values): values.map(Float.init)
    }
  }

  /// The elements as integers; `nil` for a float tensor.
  var integers: [Int64]? {
    if case .integers(let values) = storage { values } else { nil }
  }

  /// The elements as a layer's tensor.
  var floatValues: FloatValues { shared.values(of: floats) }

  var isFinite: Bool { shared.isFinite(floats) }

  /// The same elements under other extents of equal product.
  func reshaped(_ dims: [Int]) -> ConstantTensor {
    ConstantTensor(dims: dims, storage: storage, type: type, shared: shared)
  }

  /// A tensor of `dims` whose element `i` is element `indices[i]` of this one.
  func gathering(_ indices: [Int], dims: [Int]) -> ConstantTensor {
    switch storage {
    case .floats(let values):
      ConstantTensor(dims: dims, floats: indices.map { values[$0] }, type: type)
    case .integers(let values):
      ConstantTensor(dims: dims, integers: indices.map { values[$0] }, type: type)
    }
  }

  /// The product of extents that may be hostile: `nil` if one is negative or it passes `limit`.
  ///
  /// An extent of 0 does not excuse the others: products of some of the extents must not overflow
  /// either.
  static func elementCount(_ dims: [Int], limit: Int) -> Int? {
    var product = 1
    for extent in dims {
      guard extent >= 0 else { return nil }
      let (value, overflow) = product.multipliedReportingOverflow(by: max(extent, 1))
      guard !overflow, value <= limit else { return nil }
      product = value
    }
    return dims.contains(0) ? 0 : product
  }

  /// The same with extents of 0 counted as 1.
  static func spread(_ dims: [Int], limit: Int) -> Int? {
    elementCount(dims.map { $0 == 0 ? 1 : $0 }, limit: limit)
  }
}

/// What the layers that take one constant share.
private final class SharedValues {
  private var values: FloatValues?
  private var isFinite: Bool?

  init(values: FloatValues? = nil) {
    self.values = values
  }

  func isFinite(_ floats: [Float]) -> Bool {
    if let isFinite { return isFinite }
    let found = floats.allSatisfy(\.isFinite)
    isFinite = found
    return found
  }

  func values(of floats: [Float]) -> FloatValues {
    if let values { return values }
    let made = FloatValues(floats)
    values = made
    return made
  }
}

/// A constant as the batch size varies: the value at each of ``batches``, or one value for all.
///
/// Exporters compute reshape targets from the run-time batch size. Folding that arithmetic at two
/// sizes keeps the batch dimension free and shows which extents follow it.
struct FoldedConstant: Hashable {
  /// The batch sizes at which shape arithmetic is evaluated.
  static let batches = [3, 5]

  let samples: [ConstantTensor]

  init(_ tensor: ConstantTensor) {
    samples = [tensor]
  }

  /// One tensor per batch size; they are merged if they agree.
  init(samples: [ConstantTensor]) {
    let agree = samples.dropFirst().allSatisfy { $0 == samples[0] }
    self.samples = agree ? [samples[0]] : samples
  }

  /// The value if it does not depend on the batch size.
  var tensor: ConstantTensor? { samples.count == 1 ? samples[0] : nil }

  /// Bytes its elements take.
  var byteCount: Int {
    samples.reduce(0) {
      $0 + $1.count * ($1.integers == nil ? MemoryLayout<Float>.stride : MemoryLayout<Int64>.stride)
    }
  }

  func sample(_ index: Int) -> ConstantTensor { samples[samples.count == 1 ? 0 : index] }
}

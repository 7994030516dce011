import SignetModel

/// What a file may still cause: a few bytes of it can ask for terabytes, or for hours. Honest files
/// need about what they store; everything is asked of this budget before it is made.
struct ImportBudget {
  /// Elements that folding may still produce or walk over.
  private var elements = 1 << 22
  /// Bytes that constants alive at one time may take.
  private var liveLimit = 64 << 20
  private var liveBytes = 0
  /// Bytes that the layers' tensors may still take in float32. Layers that share a tensor count it
  /// each: in a model file they cannot share.
  private var weightBytes = 128 << 20
  /// Nodes that the network may still get beyond those of the file.
  private var nodes: Int
  private let initialNodes: Int

  /// - Parameter fileNodes: nodes that the file itself lists
  init(fileNodes: Int) {
    nodes = 4 * min(fileNodes, 1 << 32) + 100_000
    initialNodes = nodes
  }

  /// Extends the budget by what a stored tensor brings.
  ///
  /// Bytes may be packed bits: each then becomes eight numbers, in about ten steps.
  mutating func grant(bytes: Int, of type: ElementType) {
    let count = bytes / type.byteCount
    let isPacked = type == .uint8
    elements += count * (isPacked ? 104 : 8)
    liveLimit += count * (isPacked ? 192 : 24)
    weightBytes += isPacked ? count * 64 : bytes * 8
  }

  /// Checks extents that are about to be allocated or walked over and takes their elements off the
  /// budget. An extent of 0 counts as 1: it does not excuse the others, over which some operators
  /// walk alone.
  ///
  /// - Returns: the number of elements.
  mutating func claim(_ dims: [Int], _ attribute: String? = nil) throws(NodeFailure) -> Int {
    guard dims.count <= ConstantTensor.maximumRank,
      let spread = ConstantTensor.spread(dims, limit: elements),
      spread <= (liveLimit - liveBytes) / MemoryLayout<Int64>.stride
    else {
      throw NodeFailure(
        attribute, expected: "a constant of reasonable size",
        found: dims.prefix(ConstantTensor.maximumRank).map(String.init).joined(separator: "×"))
    }
    elements -= spread
    return dims.contains(0) ? 0 : spread
  }

  /// Takes a walk over elements that exist off the budget.
  mutating func claimWork(_ count: Int, _ attribute: String? = nil) throws(NodeFailure) {
    guard count <= elements else {
      throw NodeFailure(
        attribute, expected: "a reasonable amount of work with constants", found: count)
    }
    elements -= count
  }

  /// Takes a layer's tensor of `count` float32 numbers off the budget.
  mutating func claimWeight(_ count: Int, _ attribute: String) throws(NodeFailure) {
    let bytes = count * MemoryLayout<Float>.stride
    guard bytes <= weightBytes else {
      throw NodeFailure(
        attribute, expected: "layers whose tensors take about what the file stores",
        found: "many times as much")
    }
    weightBytes -= bytes
  }

  mutating func claimNodes(_ count: Int) throws(NodeFailure) {
    guard count <= nodes else {
      throw NodeFailure(
        nil, expected: "at most \(initialNodes) nodes once functions are unfolded", found: "more")
    }
    nodes -= count
  }

  /// Counts a constant that got a name, until it is dropped.
  mutating func hold(_ constant: FoldedConstant) { liveBytes += constant.byteCount }

  mutating func drop(_ constant: FoldedConstant) { liveBytes -= constant.byteCount }
}

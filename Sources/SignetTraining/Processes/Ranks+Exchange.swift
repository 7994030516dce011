import Torch

/// What processes exchange: all make the same calls in the same order, and one process alone exchanges
/// nothing.
extension Ranks {
  /// Makes each tensor its sum over all processes.
  func sum(_ tensors: [Tensor]) throws {
    try exchange { (group) throws(TorchError) in try group.sumInPlace(tensors) }
  }

  /// Makes each tensor its mean over all processes.
  func average(_ tensors: [Tensor]) throws {
    guard count > 1 else { return }
    try sum(tensors)
    for tensor in tensors { try tensor.multiplyInPlace(1 / Double(count)) }
  }

  /// Gives every process what the first has.
  func takeFromFirst(_ tensors: [Tensor]) throws {
    try exchange { (group) throws(TorchError) in
      try noGrad { () throws(TorchError) in
        for tensor in tensors { try group.broadcast(tensor) }
      }
    }
  }

  /// The bytes that the first process has; the other processes' arguments are not looked at.
  func takeFromFirst(_ bytes: [UInt8]) throws -> [UInt8] {
    guard count > 1 else { return bytes }
    let length = try Tensor([Int64(bytes.count)], shape: [1])
    try takeFromFirst([length])
    let size = Int(try length.toInt64s()[0])
    let contents =
      isFirst ? try Tensor(bytes, shape: [size]) : try Tensor.zeros([size], dtype: .uint8)
    if size > 0 { try takeFromFirst([contents]) }
    return try contents.toBytes()
  }

  /// The bytes of all processes, in their order.
  func gathered(_ bytes: [UInt8]) throws -> [[UInt8]] {
    guard let group else { return [bytes] }
    var sizes: [Int] = []
    var all: [[UInt8]] = []
    try exchange { (group) throws(TorchError) in
      sizes = try group.gather(Tensor([Int64(bytes.count)], shape: [1])).toInt64s().map(Int.init)
    }
    let largest = sizes.max() ?? 0
    guard largest > 0 else { return sizes.map { _ in [] } }
    let padded = bytes + [UInt8](repeating: 0, count: largest - bytes.count)
    try exchange { (group) throws(TorchError) in
      let contents = try group.gather(Tensor(padded, shape: [largest])).toBytes()
      for (rank, size) in sizes.enumerated() {
        all.append(Array(contents[rank * largest..<rank * largest + size]))
      }
    }
    precondition(all.count == group.count, "one part from each process")
    return all
  }

  private func exchange(_ body: (ProcessGroup) throws(TorchError) -> Void) throws {
    guard let group else { return }
    do throws(TorchError) {
      try body(group)
    } catch {
      throw explained(error)
    }
  }
}

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Memory of one program, freed together: the only place where the runtime holds raw memory.
///
/// Nothing of it leaves the module; a ``Program`` owns one and is its only user.
final class Memory {
  private var blocks: [UnsafeMutableRawPointer] = []
  let budget: MemoryBudget

  init(budget: MemoryBudget) {
    self.budget = budget
  }

  deinit {
    for block in blocks { free(block) }
  }

  /// Zeroed bytes at a 64-byte boundary, with a cache line to spare.
  func bytes(
    _ count: Int, for purpose: String
  ) throws(EngineError) -> UnsafeMutableRawPointer {
    let line = 64
    let size = ByteCount.sum(count, line)
    try budget.take(size, for: purpose)
    var block: UnsafeMutableRawPointer?
    guard posix_memalign(&block, line, size) == 0, let block else {
      throw .memory(purpose: purpose, bytes: count)
    }
    blocks.append(block)
    memset(block, 0, size)
    return block
  }

  /// The same, where most of it may never be used: what nobody writes to takes no memory.
  func sparseBytes(
    _ count: Int, for purpose: String
  ) throws(EngineError) -> UnsafeMutableRawPointer {
    let line = 64
    let size = ByteCount.sum(count, 2 * line)
    try budget.take(size, for: purpose)
    guard let block = calloc(1, size) else { throw .memory(purpose: purpose, bytes: count) }
    blocks.append(block)
    return block.alignedUp(toMultipleOf: line)
  }

  /// `count` elements, all zero.
  func zeros<Element: BitwiseCopyable>(
    _ count: Int, of type: Element.Type, for purpose: String
  ) throws(EngineError) -> UnsafeMutablePointer<Element> {
    let block = try bytes(ByteCount.of(count, elements: Element.self), for: purpose)
    return block.bindMemory(to: Element.self, capacity: max(1, count))
  }

  func array<Element: BitwiseCopyable>(
    _ elements: [Element], for purpose: String
  ) throws(EngineError) -> UnsafeMutablePointer<Element> {
    let pointer = try zeros(elements.count, of: Element.self, for: purpose)
    elements.withUnsafeBufferPointer { buffer in
      if let source = buffer.baseAddress { pointer.update(from: source, count: buffer.count) }
    }
    return pointer
  }
}

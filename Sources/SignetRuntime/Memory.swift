import Foundation

/// Memory of one program, freed together: the only place where the runtime holds raw memory.
///
/// Nothing of it leaves the module; a ``Program`` owns one and is its only user.
final class Memory {
  private var blocks: [UnsafeMutableRawPointer] = []
  /// Bytes that may still be handed out. A model can name maps larger than any memory; the
  /// machine's is the limit, past which allocation would succeed and use would kill the process.
  private var available = Int(clamping: ProcessInfo.processInfo.physicalMemory)

  deinit {
    for block in blocks { free(block) }
  }

  /// Zeroed bytes at a 64-byte boundary, with a cache line to spare.
  func bytes(
    _ count: Int, for purpose: String
  ) throws(EngineError) -> UnsafeMutableRawPointer {
    let line = 64
    var block: UnsafeMutableRawPointer?
    guard count >= 0, count <= available - line, posix_memalign(&block, line, count + line) == 0,
      let block
    else { throw .memory(purpose: purpose, bytes: count) }
    blocks.append(block)
    available -= count + line
    memset(block, 0, count + line)
    return block
  }

  func array<Element: BitwiseCopyable>(
    _ elements: [Element], for purpose: String
  ) throws(EngineError) -> UnsafeMutablePointer<Element> {
    let block = try bytes(elements.count * MemoryLayout<Element>.stride, for: purpose)
    let pointer = block.bindMemory(to: Element.self, capacity: max(1, elements.count))
    elements.withUnsafeBufferPointer { buffer in
      if let source = buffer.baseAddress { pointer.update(from: source, count: buffer.count) }
    }
    return pointer
  }
}

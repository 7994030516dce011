/// The one owner of raw memory in this module: cache-line aligned, handed to kernels by pointer,
/// freed when it goes.
///
/// Unchecked because threads write disjoint rows of one buffer; each use says which.
final class AlignedBuffer<Element: BitwiseCopyable>: @unchecked Sendable {
  let base: UnsafeMutablePointer<Element>
  let count: Int

  /// Memory that a kernel writes before it reads.
  init(uninitialized count: Int) {
    let bytes = max(1, count) * MemoryLayout<Element>.stride
    let raw = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    base = raw.bindMemory(to: Element.self, capacity: count)
    self.count = count
  }

  convenience init(count: Int, repeating value: Element) {
    self.init(uninitialized: count)
    base.initialize(repeating: value, count: count)
  }

  deinit { UnsafeMutableRawPointer(base).deallocate() }

  subscript(index: Int) -> Element {
    get {
      assert(index >= 0 && index < count)
      return base[index]
    }
    set {
      assert(index >= 0 && index < count)
      base[index] = newValue
    }
  }
}

extension AlignedBuffer<Float> {
  /// The elements' sum, in double.
  var sum: Double { (0..<count).reduce(0) { $0 + Double(base[$1]) } }
}

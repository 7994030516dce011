/// Solutions of the same number of codes for every filter, and nothing else, as processes exchange them.
extension LayerSolution {
  /// In this machine's byte order.
  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    func add<Number>(_ numbers: [Number]) { numbers.withUnsafeBytes { bytes += $0 } }
    add([patchLength, filterCount, codeCount, flips, sweeps])
    add(codes)
    add(scales)
    add(initialObjective)
    add(objective)
    add(energy)
    return bytes
  }

  /// `nil` where that is not what they hold.
  init?(bytes: [UInt8]) {
    var rest = bytes[...]
    func take<Number: BitwiseCopyable>(_ count: Int, of type: Number.Type) -> [Number]? {
      let size = count * MemoryLayout<Number>.size
      guard count >= 0, rest.count >= size else { return nil }
      defer { rest = rest.dropFirst(size) }
      return [Number](unsafeUninitializedCapacity: count) { buffer, filled in
        UnsafeMutableRawBufferPointer(buffer).copyBytes(from: rest.prefix(size))
        filled = count
      }
    }
    guard let head = take(5, of: Int.self) else { return nil }
    let (size, filters, count) = (head[0], head[1], head[2])
    guard size > 0, filters > 0, count > 0,
      let codes = take(count * filters * size, of: Int8.self),
      let scales = take(count * filters, of: Float.self),
      let initial = take(filters, of: Double.self), let objective = take(filters, of: Double.self),
      let energy = take(filters, of: Double.self), rest.isEmpty
    else { return nil }
    self.init(
      patchLength: size, filterCount: filters, codeCount: count, codes: codes, scales: scales,
      initialObjective: initial, objective: objective, energy: energy, flips: head[3],
      sweeps: head[4])
  }
}

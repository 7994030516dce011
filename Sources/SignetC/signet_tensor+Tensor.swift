import CSignet
import SignetModel

extension signet_tensor {
  func text() throws -> String {
    guard let name else { throw ArgumentError.null("name") }
    guard let text = String(validatingCString: name) else { throw ArgumentError.text("name") }
    return text
  }

  private static let ranks = 1...Int(SIGNET_MAX_RANK)

  /// The numbers of an input, copied.
  ///
  /// - Parameter check: of name and extents, before a number is read
  func tensor(checked check: (String, [Int]) throws -> Void) throws -> DenseTensor {
    let name = try text()
    guard let values else { throw ArgumentError.null("'\(name)': values") }
    guard Self.ranks.contains(rank) else {
      throw ArgumentError.rank(
        name: name, expected: "\(Self.ranks.lowerBound) to \(Self.ranks.upperBound)", found: rank)
    }
    let all = withUnsafeBytes(of: extents) { Array($0.bindMemory(to: Int64.self)) }
    var extents: [Int] = []
    var count = 1
    for extent in all.prefix(rank) {
      let (product, overflow) = count.multipliedReportingOverflow(by: Int(extent))
      guard extent >= 1, !overflow, product <= 1 << 40 else {
        throw ArgumentError.extent(name: name, found: extent)
      }
      extents.append(Int(extent))
      count = product
    }
    try check(name, extents)
    guard
      let tensor = DenseTensor(
        extents: extents, values: Array(UnsafeBufferPointer(start: values, count: count)))
    else { throw ArgumentError.extent(name: name, found: all[0]) }
    return tensor
  }

  mutating func setExtents(_ new: [Int]) {
    rank = min(new.count, Int(SIGNET_MAX_RANK))
    withUnsafeMutableBytes(of: &extents) { bytes in
      let numbers = bytes.bindMemory(to: Int64.self)
      for axis in numbers.indices { numbers[axis] = axis < rank ? Int64(new[axis]) : 0 }
    }
  }

  /// Writes a result to where C wants it.
  ///
  /// - Returns: what keeps it from fitting
  mutating func take(_ result: DenseTensor) -> ArgumentError? {
    setExtents(result.extents)
    guard let values, capacity >= result.values.count else {
      return .smallBuffer(
        name: (try? text()) ?? "", needed: result.values.count,
        found: values == nil ? 0 : capacity)
    }
    result.values.withUnsafeBufferPointer { numbers in
      guard let start = numbers.baseAddress else { return }
      values.update(from: start, count: numbers.count)
    }
    return nil
  }
}

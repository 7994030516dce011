/// The records `LENGTH KEY=VALUE\n` of a pax header that a reader of files must heed.
struct PaxRecords {
  private(set) var path: [UInt8]?
  private(set) var size: Int?
  private(set) var isSparse = false

  /// `nil` where the bytes are no records.
  init?(_ bytes: ArraySlice<UInt8>) {
    var rest = bytes
    while !rest.isEmpty {
      // Some writers fill the block.
      if rest.allSatisfy({ $0 == 0 }) { return }
      let digits = rest.prefix { (48...57).contains($0) }
      guard (1...7).contains(digits.count), let length = Self.number(digits),
        length <= rest.count, length > digits.count + 1
      else { return nil }
      let record = rest.prefix(length)
      let body = record.dropFirst(digits.count)
      guard body.first == 32, body.last == 10,
        let equals = body.firstIndex(of: UInt8(ascii: "="))
      else { return nil }
      let key = String(decoding: body[(body.startIndex + 1)..<equals], as: UTF8.self)
      guard take(key, body[(equals + 1)...].dropLast()) else { return nil }
      rest = rest.dropFirst(length)
    }
  }

  /// - Returns: whether the value is one
  private mutating func take(_ key: String, _ value: ArraySlice<UInt8>) -> Bool {
    switch key {
    case "path": path = Array(value)
    case "size":
      guard let number = Self.number(value) else { return false }
      size = number
    default:
      if key.hasPrefix("GNU.sparse.") { isSparse = true }
    }
    return true
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
    guard (1...17).contains(digits.count), digits.allSatisfy({ (48...57).contains($0) }) else {
      return nil
    }
    return digits.reduce(0) { $0 * 10 + Int($1 - 48) }
  }
}

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The parsed and checked head of a safetensors file.
///
/// Every number in it is checked before it is used: tensors fit their shapes, follow each other
/// without gap or overlap, and end where the file ends.
struct SafetensorsHeader {
  /// A header may not be longer: generous for any network, small enough to parse in no time.
  static let byteLimit = 4 << 20
  static let rankLimit = 64
  static let metadataKey = "__metadata__"

  private(set) var metadata: [String: String] = [:]
  /// Where the raw text of each metadata value lies in the file.
  private(set) var metadataRanges: [String: Range<Int>] = [:]
  /// Byte ranges count from the start of the file.
  private(set) var tensors: [String: SafetensorsFile.Tensor] = [:]

  private struct Entry {
    let name: String
    let type: String
    let shape: [Int]
    let offsets: [Int]
  }
  private var entries: [Entry] = []
  private var seen: Set<String> = []

  init(_ data: Data) throws(ModelFileError.Defect) {
    guard data.count >= 8 else { throw .truncated(expected: 8, found: data.count) }
    let length = data.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length >= 2, length <= Self.byteLimit else {
      throw .headerLength(found: length, limit: Self.byteLimit)
    }
    let dataStart = 8 + Int(length)
    guard data.count >= dataStart else {
      throw .truncated(expected: dataStart, found: data.count)
    }
    var cursor = JSONCursor([UInt8](data.dropFirst(8).prefix(Int(length))))
    var duplicate: String?
    do throws(JSONCursor.Failure) {
      try cursor.object { (cursor, key) throws(JSONCursor.Failure) in
        if !seen.insert(key).inserted { duplicate = duplicate ?? key }
        if key == Self.metadataKey {
          try readMetadata(&cursor, &duplicate)
        } else {
          try readEntry(&cursor, name: key)
        }
      }
      try cursor.expectEnd()
    } catch {
      throw .json(part: "header", offset: error.offset, reason: error.reason)
    }
    if let duplicate { throw .duplicate(name: duplicate) }
    try placeTensors(dataStart: dataStart, fileEnd: data.count)
  }

  private mutating func readMetadata(
    _ cursor: inout JSONCursor, _ duplicate: inout String?
  ) throws(JSONCursor.Failure) {
    try cursor.object { (cursor, key) throws(JSONCursor.Failure) in
      let (text, range) = try cursor.string()
      if metadata.updateValue(text, forKey: key) != nil { duplicate = duplicate ?? key }
      metadataRanges[key] = range.lowerBound + 8..<range.upperBound + 8
    }
  }

  private mutating func readEntry(
    _ cursor: inout JSONCursor, name: String
  ) throws(JSONCursor.Failure) {
    var type: String?
    var shape: [Int]?
    var offsets: [Int]?
    var seen: Set<String> = []
    try cursor.object { (cursor, key) throws(JSONCursor.Failure) in
      guard seen.insert(key).inserted else {
        throw cursor.failure("tensor '\(name)' has two values for '\(key)'")
      }
      switch key {
      case "dtype": type = try cursor.string().text
      case "shape": shape = try cursor.counts(limit: Self.rankLimit)
      case "data_offsets": offsets = try cursor.counts(limit: 2)
      default: try cursor.skipValue()
      }
    }
    guard let type, let shape, let offsets, offsets.count == 2 else {
      throw cursor.failure("tensor '\(name)' needs a dtype, a shape and two data_offsets")
    }
    entries.append(Entry(name: name, type: type, shape: shape, offsets: offsets))
  }

  private mutating func placeTensors(
    dataStart: Int, fileEnd: Int
  ) throws(ModelFileError.Defect) {
    entries.sort {
      ($0.offsets[0], $0.offsets[1], $0.name) < ($1.offsets[0], $1.offsets[1], $1.name)
    }
    var end = 0
    for entry in entries {
      let type = try elementType(of: entry)
      guard let size = Self.byteCount(shape: entry.shape, type: type) else {
        throw .extents(tensor: entry.name, found: entry.shape)
      }
      guard entry.offsets[0] == end else {
        throw .offset(tensor: entry.name, expected: end, found: entry.offsets[0])
      }
      let (span, overflow) = entry.offsets[1].subtractingReportingOverflow(end)
      guard !overflow, span == size else {
        throw .tensorSize(tensor: entry.name, expected: size, found: span)
      }
      end = entry.offsets[1]
      guard end <= fileEnd - dataStart else {
        throw .truncated(
          expected: dataStart.addingReportingOverflow(end).partialValue, found: fileEnd)
      }
      tensors[entry.name] = SafetensorsFile.Tensor(
        name: entry.name, elementType: type, shape: entry.shape,
        byteRange: dataStart + entry.offsets[0]..<dataStart + end)
    }
    guard dataStart + end == fileEnd else {
      throw .trailingBytes(count: fileEnd - dataStart - end)
    }
  }

  private func elementType(of entry: Entry) throws(ModelFileError.Defect) -> ElementType {
    guard let type = ElementType(rawValue: entry.type) else {
      let names = ElementType.allCases.map(\.rawValue)
      throw .elementType(
        tensor: entry.name, expected: names.joined(separator: ", "), found: entry.type,
        suggestion: closestName(to: entry.type, among: names))
    }
    return type
  }

  /// Bytes of a tensor, `nil` if they pass `Int.max`. A shape may be empty (one element) and an
  /// extent 0, as safetensors allows.
  private static func byteCount(shape: [Int], type: ElementType) -> Int? {
    var count = type.byteCount
    for extent in shape where extent != 0 {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard !overflow else { return nil }
      count = product
    }
    return shape.contains(0) ? 0 : count
  }
}

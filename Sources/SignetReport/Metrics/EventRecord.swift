import Foundation

/// An entry of a TensorBoard event file: a protocol buffer `tensorflow.Event` in the frame of a
/// TFRecord.
struct EventRecord {
  enum Content {
    /// What an event file begins with.
    case fileVersion
    case scalars([(tag: String, value: Float)])
  }

  /// Seconds since 1970.
  var time: Double
  var step: Int
  var content: Content

  /// Length, its checksum, the event, its checksum; numbers are little-endian.
  var bytes: Data {
    let event = self.event
    var frame = Data()
    frame.append(littleEndian: UInt64(event.count))
    frame.append(littleEndian: CRC32C.masked(frame))
    frame.append(event)
    frame.append(littleEndian: CRC32C.masked(event))
    return frame
  }

  /// Event { double wall_time = 1; int64 step = 2; string file_version = 3; Summary summary = 5; }
  private var event: Data {
    var event = Data()
    event.append(0x09)
    event.append(littleEndian: time.bitPattern)
    if step != 0 {
      event.append(0x10)
      event.append(varint: UInt64(bitPattern: Int64(step)))
    }
    switch content {
    case .fileVersion:
      event.append(field: 0x1A, Data("brain.Event:2".utf8))
    case .scalars(let scalars):
      // Summary { repeated Value value = 1; }, Value { string tag = 1; float simple_value = 2; }
      var summary = Data()
      for (tag, number) in scalars {
        var value = Data()
        value.append(field: 0x0A, Data(tag.utf8))
        value.append(0x15)
        value.append(littleEndian: number.bitPattern)
        summary.append(field: 0x0A, value)
      }
      event.append(field: 0x2A, summary)
    }
    return event
  }
}

extension Data {
  fileprivate mutating func append(littleEndian value: some FixedWidthInteger) {
    Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
  }

  /// Seven bits a byte, the lowest first, the eighth set on all but the last.
  fileprivate mutating func append(varint value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    append(UInt8(rest))
  }

  /// A field of bytes: its tag, its length, its content.
  fileprivate mutating func append(field tag: UInt8, _ content: Data) {
    append(tag)
    append(varint: UInt64(content.count))
    append(content)
  }
}

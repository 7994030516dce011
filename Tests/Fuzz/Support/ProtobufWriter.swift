/// Just enough of protobuf's wire format to write networks no exporter would.
struct ProtobufWriter {
  private(set) var bytes: [UInt8] = []

  mutating func varint(_ field: Int, _ value: Int64) {
    append(UInt64(field) << 3)
    append(UInt64(bitPattern: value))
  }

  mutating func float(_ field: Int, _ value: Float) {
    append(UInt64(field) << 3 | 5)
    withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
  }

  mutating func data(_ field: Int, _ value: [UInt8]) {
    append(UInt64(field) << 3 | 2)
    append(UInt64(value.count))
    bytes.append(contentsOf: value)
  }

  mutating func text(_ field: Int, _ value: String) {
    data(field, Array(value.utf8))
  }

  mutating func message(_ field: Int, _ body: (inout ProtobufWriter) -> Void) {
    var writer = ProtobufWriter()
    body(&writer)
    data(field, writer.bytes)
  }

  private mutating func append(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}

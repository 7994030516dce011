import NIOCore

/// Writes JSON into a buffer as it is told, without a copy of what it writes: answers may have
/// millions of numbers.
struct JSONWriter {
  private(set) var buffer: ByteBuffer
  /// Whether a comma comes before what is next.
  private var needsComma = false

  /// - Parameter capacity: bytes to make room for
  init(capacity: Int = 256) {
    buffer = ByteBufferAllocator().buffer(capacity: capacity)
  }

  /// A float as it is written at most, and a comma.
  static let bytesPerFloat = 16

  mutating func object(_ members: (inout JSONWriter) throws -> Void) rethrows {
    try enclosed("{", "}", members)
  }

  mutating func array(_ elements: (inout JSONWriter) throws -> Void) rethrows {
    try enclosed("[", "]", elements)
  }

  private mutating func enclosed(
    _ opening: StaticString, _ closing: StaticString, _ content: (inout JSONWriter) throws -> Void
  ) rethrows {
    separate()
    buffer.writeStaticString(opening)
    needsComma = false
    try content(&self)
    buffer.writeStaticString(closing)
    needsComma = true
  }

  mutating func member(_ name: String, _ value: (inout JSONWriter) throws -> Void) rethrows {
    text(name)
    buffer.writeStaticString(":")
    needsComma = false
    try value(&self)
  }

  mutating func member(_ name: String, _ value: String) { member(name) { $0.text(value) } }
  mutating func member(_ name: String, _ value: Int) { member(name) { $0.number(value) } }
  mutating func member(_ name: String, _ value: Double) { member(name) { $0.number(value) } }
  mutating func member(_ name: String, _ value: Bool) {
    member(name) { $0.raw(value ? "true" : "false") }
  }

  mutating func member(_ name: String, _ values: [Int]) {
    member(name, arrayOf: values) { $0.number($1) }
  }

  mutating func member(_ name: String, _ values: [String]) {
    member(name, arrayOf: values) { $0.text($1) }
  }

  /// An array with an element for each of `values`.
  mutating func member<Value>(
    _ name: String, arrayOf values: [Value], _ element: (inout JSONWriter, Value) -> Void
  ) {
    member(name) { json in
      json.array { json in
        for value in values { element(&json, value) }
      }
    }
  }

  mutating func number(_ value: Int) { raw(value.description) }

  /// JSON has no infinities: they become `null`.
  mutating func number(_ value: Double) { raw(value.isFinite ? value.description : "null") }

  mutating func number(_ value: Float) { raw(value.isFinite ? value.description : "null") }

  private mutating func raw(_ text: String) {
    separate()
    buffer.writeString(text)
    needsComma = true
  }

  /// Base64 of bytes.
  mutating func base64(_ text: String) {
    separate()
    buffer.writeStaticString("\"")
    buffer.writeString(text)
    buffer.writeStaticString("\"")
    needsComma = true
  }

  mutating func text(_ value: String) {
    separate()
    buffer.writeStaticString("\"")
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": buffer.writeStaticString("\\\"")
      case "\\": buffer.writeStaticString("\\\\")
      // A reader that takes the text for a part of a page or a script finds no end of it.
      case _ where scalar.value < 0x20, "<", ">", "&", "\u{2028}", "\u{2029}":
        let digits = String(scalar.value, radix: 16)
        buffer.writeString(
          "\\u" + String(repeating: "0", count: 4 - digits.count) + digits)
      default: buffer.writeString(String(scalar))
      }
    }
    buffer.writeStaticString("\"")
    needsComma = true
  }

  private mutating func separate() {
    if needsComma { buffer.writeStaticString(",") }
  }
}

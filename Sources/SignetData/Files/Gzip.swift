import CZlib

/// Decompression of gzip files, and of zlib's streams, held in memory.
enum Gzip {
  static func isCompressed(_ bytes: [UInt8]) -> Bool {
    bytes.starts(with: [0x1f, 0x8b])
  }

  /// The first `limit` bytes of the content, or all of it if it is shorter.
  /// - Throws: ``DataError`` with the offset in the compressed file.
  static func inflate(_ bytes: [UInt8], limit: Int, file: String) throws(DataError) -> [UInt8] {
    var outcome = Outcome.complete
    // Deflate makes at most 1032 bytes of one, so a hostile limit reserves no more than the file
    // could fill.
    let capacity = min(limit, bytes.count.multipliedReportingOverflow(by: 1032).partialValue)
    let content = [UInt8](unsafeUninitializedCapacity: capacity) { output, count in
      bytes.withUnsafeBufferPointer { input in
        outcome = inflate(input, into: output, count: &count)
      }
    }
    switch outcome {
    case .complete:
      return content
    case .truncated(let offset):
      throw .truncated(
        file: file, offset: offset, expected: "more compressed data", found: "the end of the file")
    case .damaged(let offset, let reason):
      throw .format(file: file, offset: offset, expected: "gzip data", found: reason)
    }
  }

  private enum Outcome {
    case complete
    case truncated(offset: Int)
    case damaged(offset: Int, reason: String)
  }

  private static func inflate(
    _ input: UnsafeBufferPointer<UInt8>, into output: UnsafeMutableBufferPointer<UInt8>,
    count: inout Int
  ) -> Outcome {
    var stream = z_stream()
    // 32 takes gzip's wrapper or zlib's own, 15 is the largest window.
    guard
      inflateInit2_(&stream, 32 + 15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else { return .damaged(offset: 0, reason: "no memory to decompress it") }
    defer { inflateEnd(&stream) }
    var consumed = 0
    while count < output.count {
      let available = UInt32(min(input.count - consumed, 1 << 30))
      let room = UInt32(min(output.count - count, 1 << 30))
      stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress.map { $0 + consumed })
      stream.avail_in = available
      stream.next_out = output.baseAddress.map { $0 + count }
      stream.avail_out = room
      let status = CZlib.inflate(&stream, Z_NO_FLUSH)
      consumed += Int(available - stream.avail_in)
      count += Int(room - stream.avail_out)
      switch status {
      case Z_STREAM_END where consumed == input.count:
        return .complete
      case Z_STREAM_END:
        // A gzip file may be several compressed members, one after the other.
        inflateReset(&stream)
      case Z_OK where consumed < input.count || count == output.count:
        continue
      case Z_OK, Z_BUF_ERROR:
        return .truncated(offset: consumed)
      default:
        let reason = stream.msg.map { String(cString: $0) } ?? "damaged data"
        return .damaged(offset: consumed, reason: reason)
      }
    }
    return .complete
  }
}

import CZlib
import Foundation

/// A checksum of images and labels: tells apart sets that were changed, not attacks.
struct ContentDigest {
  private var value = crc32(0, nil, 0)

  var hexadecimal: String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }

  mutating func add(_ bytes: UnsafeRawBufferPointer) {
    let bytes = bytes.bindMemory(to: UInt8.self)
    value = crc32_z(value, bytes.baseAddress, bytes.count)
  }

  mutating func add(_ numbers: [Int]) {
    // The same on processors of either byte order.
    numbers.map { Int64($0).littleEndian }.withUnsafeBytes { add($0) }
  }

  /// Path, size and time of the last change, or that there is none: reading every file of a large
  /// set would take as long as training on it.
  mutating func add(fileAt path: String) {
    Array(path.utf8).withUnsafeBytes { add($0) }
    var status = stat()
    guard stat(path, &status) == 0 else { return add([-1]) }
    #if canImport(Darwin)
      let change = status.st_mtimespec
    #else
      let change = status.st_mtim
    #endif
    add([Int(status.st_size), Int(change.tv_sec), Int(change.tv_nsec)])
  }
}

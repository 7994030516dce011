import Foundation
import Testing

@testable import SignetData

/// Archives that are damaged, cut off, or meant to do harm.
@Suite struct HostileShardTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  private func words(_ bytes: [UInt8]) throws -> String {
    let file = try folder.write(bytes, to: "x.tar")
    let text = message { _ = try ShardIndex(reading: URL(fileURLWithPath: file)) }
    #expect(text.isEmpty || text.hasPrefix(file + ": "))
    return String(text.dropFirst(file.count + 2))
  }

  private func words(_ build: (inout TarBuilder) -> Void) throws -> String {
    var tar = TarBuilder()
    build(&tar)
    return try words(tar.archive)
  }

  private var sound: TarBuilder {
    var tar = TarBuilder()
    tar.add("PaxHeader", "19 path=long/0.png\n12 size=700\n", kind: "x")
    tar.add("0.png", [UInt8](repeating: 7, count: 700))
    tar.add("long/0.cls", "3")
    tar.add("././@LongLink", "other/1.jpg\0", kind: "L")
    tar.add("1.jpg", [UInt8](repeating: 8, count: 10))
    tar.add("other/1.cls", "1")
    return tar
  }

  @Test func theArchiveThatIsDamagedIsSound() throws {
    let file = try folder.write(sound.archive, to: "x.tar")
    let index = try ShardIndex(reading: URL(fileURLWithPath: file))
    #expect(index.labels == [3, 1] && index.sizes == [700, 10])
    #expect(index.keys == PathTable(["long/0", "other/1"]))
  }

  @Test func whateverIsCutOffIsAnErrorWithItsPlace() throws {
    let bytes = sound.archive
    for length in stride(from: 0, through: bytes.count - 1024, by: 64) {
      let text = try words(Array(bytes.prefix(length)))
      #expect(text.contains("truncated at byte "), "\(length): \(text)")
    }
    #expect(try words(Array(bytes.prefix(bytes.count - 512))).isEmpty)
  }

  /// Every fifth byte takes a digit's value and one that is no text.
  @Test func noDamageDoesMoreThanAnError() throws {
    let bytes = sound.archive
    var refused = 0
    for place in stride(from: 0, to: bytes.count - 1024, by: 5) {
      for value: UInt8 in [0x37, 0xff] where bytes[place] != value {
        var damaged = bytes
        damaged[place] = value
        if try !words(damaged).isEmpty { refused += 1 }
      }
    }
    // Every change of a header shows in its sum.
    #expect(refused >= 6 * 195)
  }

  /// The same with the headers' sums put right, so that the fields behind them are reached.
  @Test func noFieldOfARightSumDoesMoreThanAnError() throws {
    let bytes = sound.archive
    let headers = stride(from: 0, to: bytes.count - 1024, by: 512).filter {
      Array(bytes[$0 + 257..<$0 + 262]) == Array("ustar".utf8)
    }
    #expect(headers.count == 6)
    for header in headers {
      for place in [0, 124, 125, 130, 134, 135, 156, 257, 345] {
        for value: UInt8 in [0, 32, 47, 48, 49, 55, 56, 75, 76, 83, 103, 120, 127, 128, 192, 255] {
          var damaged = bytes
          damaged[header + place] = value
          Self.seal(&damaged, header)
          _ = try words(damaged)
        }
      }
    }
  }

  private static func seal(_ bytes: inout [UInt8], _ header: Int) {
    for place in 148..<156 { bytes[header + place] = 32 }
    let sum = String(bytes[header..<header + 512].reduce(0) { $0 + Int($1) }, radix: 8)
    let field = Array((String(repeating: "0", count: 6 - sum.count) + sum).utf8) + [0, 32]
    bytes.replaceSubrange(header + 148..<header + 156, with: field)
  }

  @Test func sizesBeyondTheArchiveAllocateNothing() throws {
    let huge = [0x80] + [UInt8](repeating: 0, count: 3) + [UInt8](repeating: 0xff, count: 8)
    #expect(
      try words { $0.add("a.png", [], sizeField: huge) }
        .contains("byte 124: expected a number below 2⁵⁶"))
    let large = [0x80] + [UInt8](repeating: 0, count: 4) + [UInt8](repeating: 0xff, count: 7)
    for kind: Character in ["0", "L", "x", "g", "K"] {
      let text = try words { $0.add("a.png", [], kind: kind, sizeField: large) }
      #expect(text.contains("byte") && text.contains("\((1 << 56) - 1)"), "\(kind): \(text)")
    }
    #expect(
      try words { $0.add("a.png", [], sizeField: [UInt8](repeating: 0xff, count: 12)) }
        .contains("expected a number below"))
    #expect(
      try words { $0.add("a.png", [], sizeField: Array("99999999999\0".utf8)) }
        .contains("byte 124: expected an octal number"))
  }

  @Test func linksAndDevicesAreNoSamples() throws {
    for (kind, name) in [
      ("1", "a hard link"), ("2", "a symbolic link"), ("3", "a device"), ("4", "a device"),
      ("6", "a pipe"), ("S", "a sparse file"), ("M", "the rest of a file of another volume"),
    ] as [(Character, String)] {
      let text = try words { $0.add("a.png", [], kind: kind) }
      #expect(text == "byte 0: expected a regular file, found \(name), 'a.png'")
      if kind != "S" {
        #expect(try words { $0.add("etc/passwd", [], kind: kind) }.isEmpty)
      }
    }
    #expect(
      try words {
        $0.add("p", "22 GNU.sparse.major=1\n", kind: "x")
        $0.add("a.png", "x")
      }.contains("byte 1024: expected a regular file, found a sparse file"))
    #expect(
      try words { $0.add("a.png", [], kind: "Z") }.contains("byte 156: expected a known kind"))
  }

  @Test func recordsMustBeRecords() throws {
    for records in [
      "x", "5 a=b", "99 path=a\n", "0 path=a\n", "12 path=abcd", "9 size=x\n",
      "99999999 path=a\n", "8 patha\n",
    ] {
      let text = try words { $0.add("p", records, kind: "x") }
      #expect(text.contains("byte 512: expected records"), "\(records): \(text)")
    }
    let long = String(repeating: "a", count: 70_000)
    for kind: Character in ["x", "L"] {
      #expect(
        try words { $0.add("p", long, kind: kind) }.contains("of at most 65536 bytes, found 70000"))
    }
  }

  @Test func samplesMustBeWhole() throws {
    #expect(
      try words { $0.add("a.cls", "1") } == "byte 0: expected an image beside the label of 'a', "
        + "found none (members of one sample must follow one another)")
    #expect(
      try words {
        $0.add("a.png", "x")
        $0.add("b.png", "x")
        $0.add("b.cls", "1")
      }.hasPrefix(
        "byte 1024: expected labels (.cls) for all images or for none, found otherwise at 'b'"))
    #expect(
      try words {
        $0.add("a.png", "x")
        $0.add("a.jpg", "x")
      } == "byte 1024: expected one image per sample, found another, 'a.jpg'")
    for text in ["", "cat", "-1", "1048576", "1.5", String(repeating: "1", count: 40)] {
      let said = try words {
        $0.add("a.png", "x")
        $0.add("a.cls", text)
      }
      #expect(said.hasPrefix("byte 1536: expected a label of 0 to 1048575 in 'a.cls'"), "\(said)")
    }
  }

  @Test func compressedArchivesAreNamed() throws {
    let text = try words([0x1f, 0x8b, 8] + [UInt8](repeating: 1, count: 2000))
    #expect(text.contains("gunzip"))
    #expect(try words([]).contains("truncated at byte 0"))
  }
}

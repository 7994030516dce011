import SignetData
import SignetModel
import Testing

@Suite struct IDXTests {
  static func idx(_ extents: [Int], _ elements: [UInt8]) -> [UInt8] {
    let words = [0x0800 + extents.count] + extents
    return words.flatMap { word in (0..<4).map { UInt8(word >> (24 - 8 * $0) & 255) } } + elements
  }

  /// gzip with one stored (uncompressed) block.
  static func gzip(_ bytes: [UInt8]) -> [UInt8] {
    let length = UInt16(bytes.count)
    let crc = ~bytes.reduce(UInt32.max) { crc, byte in
      (0..<8).reduce(crc ^ UInt32(byte)) { crc, _ in crc >> 1 ^ (crc & 1) * 0xedb8_8320 }
    }
    func little(_ value: UInt32, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(value >> (8 * $0) & 255) }
    }
    return [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 1] + little(UInt32(length), 2)
      + little(UInt32(~length), 2) + bytes + little(crc, 4) + little(UInt32(bytes.count), 4)
  }

  static let images = idx([3, 2, 4], (0..<24).map { UInt8($0 * 10) })
  static let labels = idx([3], [9, 0, 4])
  static let imagesName = "t10k-images-idx3-ubyte"
  static let labelsName = "t10k-labels-idx1-ubyte"

  @Test(arguments: [false, true])
  func plainAndGzippedFilesAreRead(isCompressed: Bool) throws {
    let folder = try TemporaryFolder()
    let suffix = isCompressed ? ".gz" : ""
    let packed = isCompressed ? Self.gzip : { $0 }
    try folder.write(packed(Self.images), to: Self.imagesName + suffix)
    try folder.write(packed(Self.labels), to: Self.labelsName + suffix)
    let dataset = try folder.open("fashion-mnist")
    #expect(dataset.labels == [9, 0, 4])
    #expect(dataset.classNames[9] == "Ankle boot")
    let grey = try dataset.pixels(at: 1, shape: .map(1, 2, 4), preprocessing: .greyBytes)
    #expect(grey == [80, 90, 100, 110, 120, 130, 140, 150])
    let rgb = try dataset.pixels(at: 1, shape: .map(3, 2, 4), preprocessing: .bytes)
    #expect(rgb == grey + grey + grey)
  }

  @Test func severalGzipMembersAreOneFile() throws {
    let folder = try TemporaryFolder()
    let members = Self.gzip(Array(Self.images[..<19])) + Self.gzip(Array(Self.images[19...]))
    try folder.write(members, to: Self.imagesName + ".gz")
    try folder.write(Self.labels, to: Self.labelsName)
    #expect(try folder.open("fashion-mnist").count == 3)
  }

  /// The error of a set whose image file is `bytes`.
  private func failure(images bytes: [UInt8], name: String = imagesName) throws -> String {
    let folder = try TemporaryFolder()
    let file = try folder.write(bytes, to: name)
    try folder.write(Self.labels, to: Self.labelsName)
    return message { _ = try folder.open("fashion-mnist") }
      .replacingOccurrences(of: file, with: "FILE")
  }

  @Test func eachDefectOfAnImageFileIsNamedWithTheByte() throws {
    let images = Self.images
    #expect(
      try failure(images: [0, 0, 8, 1] + images.dropFirst(4))
        == "FILE: byte 0: expected the magic number 0x00000803, found 0x00000801")
    #expect(
      try failure(images: images.dropLast())
        == "FILE: truncated at byte 39: expected 40 bytes, found 39")
    #expect(
      try failure(images: images + [0])
        == "FILE: byte 40: expected the end of the file, found more bytes")
    #expect(
      try failure(images: Array(images.prefix(10)))
        == "FILE: truncated at byte 10: expected an IDX header of 16 bytes, found 10")
    #expect(
      try failure(images: Self.idx([3, 0, 4], []))
        == "FILE: byte 8: expected a positive extent, found 0")
    let huge = Int(UInt32.max)
    #expect(
      try failure(images: Self.idx([huge, huge, huge], []))
        == "FILE: byte 4: expected at most 4294967296 elements, found "
        + "4294967295×4294967295×4294967295")
  }

  @Test func eachDefectOfAGzippedFileIsNamedWithTheByte() throws {
    let name = Self.imagesName + ".gz"
    let packed = Self.gzip(Self.images)
    #expect(
      try failure(images: packed.dropLast(20), name: name)
        == "FILE: truncated at byte \(packed.count - 20): expected more compressed data, "
        + "found the end of the file")
    var damaged = packed
    damaged[packed.count - 6] ^= 1
    #expect(try failure(images: damaged, name: name).contains("incorrect data check"))
    #expect(
      try failure(images: packed + [7, 7, 7], name: name).contains("incorrect header check"))
    // A claim of 4 GB by a file of 60 bytes must not be believed.
    #expect(
      try failure(images: Self.gzip(Self.idx([1 << 20, 64, 64], [])), name: name)
        .contains("truncated"))
  }

  @Test func labelsMustFitTheImages() throws {
    let folder = try TemporaryFolder()
    let images = try folder.write(Self.images, to: Self.imagesName)
    let labels = try folder.write(Self.idx([2], [1, 2]), to: Self.labelsName)
    #expect(
      throws: DataError.countMismatch(
        images: images, imageCount: 3, labels: labels, labelCount: 2)
    ) { try folder.open("fashion-mnist") }
    try folder.write(Self.idx([3], [1, 2, 10]), to: Self.labelsName)
    #expect(
      throws: DataError.format(
        file: labels, offset: 10, expected: "a label of 0 to 9", found: "10")
    ) { try folder.open("fashion-mnist") }
  }

  @Test func anAbsentSetSaysHowToGetIt() throws {
    let folder = try TemporaryFolder()
    let text = message { _ = try folder.open("fashion-mnist", split: .train) }
    #expect(text.contains("train-images-idx3-ubyte.gz"))
    #expect(text.contains("apt-get install dataset-fashion-mnist"))
  }
}

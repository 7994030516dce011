import Foundation
import SignetData
import SignetModel
import Testing
import ThrownErrors

/// What Pillow and torchvision make of the fixtures (`Fixtures/images/make.py`).
private struct Expectations: Decodable {
  struct Case: Decodable {
    let file: String
    let grey: Bool
    let resize: Int?
    let height: Int
    let width: Int
    let planes: String

    var bytes: [UInt8] {
      let digits = planes.utf8.map { UInt8($0 > 57 ? $0 - 87 : $0 - 48) }
      return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }
  }

  let cases: [Case]
}

@Suite struct ImageFileTests {
  @Test func filesOfEveryKindGiveTheBytesThatTorchvisionGives() throws {
    let expectations = try JSONDecoder().decode(
      Expectations.self,
      from: Data(contentsOf: Place.images.appendingPathComponent("expected.json")))
    #expect(expectations.cases.count >= 40)
    for test in expectations.cases {
      let preprocessing = test.grey ? Preprocessing.greyBytes : .bytes
      let planes = try ImageFile.pixels(
        contentsOf: Place.images.appendingPathComponent(test.file),
        shape: .map(test.grey ? 1 : 3, test.height, test.width),
        preprocessing: preprocessing.resized(to: test.resize))
      let expected = test.bytes
      let worst = zip(planes, expected).map { abs(Int($0) - Int($1)) }.max() ?? 255
      #expect(planes.count == expected.count)
      #expect(worst == 0, "\(test.file), resize \(test.resize ?? 0), grey \(test.grey)")
    }
  }

  private func pixels(_ bytes: [UInt8], _ shape: Shape, _ preprocessing: Preprocessing = .bytes)
    throws -> [UInt8]
  {
    try ImageFile.pixels(
      decoding: bytes, name: "it", shape: shape, preprocessing: preprocessing)
  }

  @Test func theChannelOrderIsTheNetworks() throws {
    let png = try Place.fixture("rgb.png")
    let shape = Shape.map(3, 29, 37)
    let rgb = try pixels(png, shape)
    let bgr = try pixels(png, shape, .bytes.ordered(.bgr))
    let area = 29 * 37
    #expect(bgr == Array(rgb[(2 * area)...] + rgb[area..<2 * area] + rgb[..<area]))
  }

  @Test func withoutAResizeTheImageJustCoversTheShape() throws {
    let png = try Place.fixture("rgb.png")
    // 37×29 → 25×20 (as wide as the proportions give) → the centre 20×20.
    let covered = try pixels(png, .map(3, 20, 20))
    #expect(try covered == pixels(png, .map(3, 20, 20), .bytes.resized(to: 20)))
    // A tall shape: the height decides.
    #expect(try pixels(png, .map(3, 40, 8)).count == 3 * 40 * 8)
  }

  @Test func aCropLargerThanTheImageIsPaddedWithZeros() throws {
    let png = try Place.fixture("rgb.png")
    let small = try pixels(png, .map(3, 4, 5), .bytes.resized(to: 4))
    let padded = try pixels(png, .map(3, 7, 5), .bytes.resized(to: 4))
    for channel in 0..<3 {
      let plane = Array(padded[channel * 35..<(channel + 1) * 35])
      #expect(plane[..<5].allSatisfy { $0 == 0 })
      #expect(Array(plane[5..<25]) == Array(small[channel * 20..<(channel + 1) * 20]))
      #expect(plane[25...].allSatisfy { $0 == 0 })
    }
  }

  @Test func theContentDecidesNotTheName() throws {
    #expect(
      throws: DataError.image(file: "it", .unknownFormat(found: "an empty file"))
    ) { try pixels([], .map(3, 4, 4)) }
    #expect(
      throws: DataError.image(file: "it", .unknownFormat(found: "the bytes 01 02 ff"))
    ) { try pixels([1, 2, 255], .map(3, 4, 4)) }
  }

  @Test func preprocessingMustFitTheShape() throws {
    let png = try Place.fixture("rgb.png")
    #expect(
      thrown(DataError.self) { try pixels(png, .map(1, 4, 4)) }
        == "preprocessing with channel order rgb, 3 means and 3 deviations does not fit an input of 1×4×4"
    )
    #expect(
      thrown(DataError.self) { try pixels(png, .map(3, 4, 4), .greyBytes) }
        == "preprocessing with channel order grey, 1 means and 1 deviations does not fit an input of 3×4×4"
    )
    #expect(
      thrown(DataError.self) { try pixels(png, .vector(3)) }
        == "preprocessing with channel order rgb, 3 means and 3 deviations does not fit an input of 3"
    )
    #expect(
      thrown(DataError.self) { try pixels(png, .map(3, -4, 4)) }
        == "preprocessing with channel order rgb, 3 means and 3 deviations does not fit an input of 3×-4×4"
    )
  }

  @Test(arguments: [
    "rgb420.jpg", "rgb444-progressive.jpg", "cmyk.jpg", "grey.jpg", "rgb.png", "palette.png",
  ])
  func aTruncatedFileIsAnError(name: String) throws {
    let file = try Place.fixture(name)
    for length in stride(from: 4, to: file.count - 2, by: max(1, file.count / 40)) {
      let text = thrown(DataError.self) {
        try pixels(Array(file.prefix(length)), .map(3, 8, 8))
      }
      let starts = [
        "it: truncated image: ", "it: damaged image: ",
        "it: expected a JPEG or PNG image, found the ",
      ]
      #expect(
        starts.contains { text.hasPrefix($0) }, "\(name) cut to \(length) bytes: \(text)")
    }
  }

  @Test func sizesAreCheckedBeforeMemoryIsTaken() throws {
    var png = try Place.fixture("rgb.png")
    png.replaceSubrange(16..<24, with: [0, 0, 0xf0, 0, 0, 0, 0xf0, 0])
    #expect(
      throws: DataError.image(
        file: "it", .tooLarge(width: 0xf000, height: 0xf000, limit: 100_000_000))
    ) { try pixels(png, .map(3, 8, 8)) }
    png.replaceSubrange(16..<24, with: [0, 0, 0x20, 0, 0, 0, 0x20, 0])
    #expect(
      throws: DataError.image(
        file: "it", .implausible(width: 0x2000, height: 0x2000, bytes: png.count))
    ) { try pixels(png, .map(3, 8, 8)) }
    var jpeg = try Place.fixture("rgb420.jpg")
    let markers = jpeg.indices.dropLast().filter { jpeg[$0] == 0xff && jpeg[$0 + 1] == 0xc0 }
    let frame = try #require(markers.first)
    jpeg.replaceSubrange(frame + 5..<frame + 9, with: [0xf0, 0, 0xf0, 0])
    #expect(
      throws: DataError.image(
        file: "it", .tooLarge(width: 0xf000, height: 0xf000, limit: 100_000_000))
    ) { try pixels(jpeg, .map(3, 8, 8)) }
    jpeg.replaceSubrange(frame + 5..<frame + 9, with: [0x20, 0, 0x20, 0])
    #expect(
      throws: DataError.image(
        file: "it", .implausible(width: 0x2000, height: 0x2000, bytes: jpeg.count))
    ) { try pixels(jpeg, .map(3, 8, 8)) }
  }

  /// Every outcome is fine but a crash; sanitizers see the rest.
  @Test func mutatedFilesNeverCrash() throws {
    var state: UInt64 = 1
    func random(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    var decoded = 0
    for name in ["rgb420.jpg", "rgb444-progressive.jpg", "cmyk.jpg", "rgb.png", "palette.png"] {
      let original = try Place.fixture(name)
      for _ in 0..<60 {
        var file = original
        for _ in 0...random(4) { file[random(file.count)] = UInt8(random(256)) }
        if random(3) == 0 { file.removeSubrange(random(file.count)...) }
        if (try? pixels(file, .map(3, 6, 6), .bytes.resized(to: 9))) != nil { decoded += 1 }
      }
    }
    // A fifth, as it is: those whose damage lies in pixels.
    #expect((30...120).contains(decoded), "\(decoded) of 300")
  }
}

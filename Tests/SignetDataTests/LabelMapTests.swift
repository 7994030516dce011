import Foundation
import SignetModel
import Testing
import ThrownErrors

@testable import SignetData

/// PNG files of class numbers (`Fixtures/labels/make.py`).
@Suite struct LabelMapTests {
  private static let folder = Place.images.deletingLastPathComponent()
    .appendingPathComponent("labels")

  /// (3 · row + column) mod `count`, row by row.
  private func numbers(_ count: Int) -> [UInt8] {
    (0..<15).map { UInt8((3 * ($0 / 5) + $0 % 5) % count) }
  }

  @Test(arguments: [
    ("grey", 6, true), ("palette", 6, true), ("palette-4-bits", 6, false),
    ("palette-transparent", 6, false), ("palette-1-bit", 2, false), ("grey-1-bit", 2, false),
  ])
  func theNumbersAreThoseOfTheFile(name: String, count: Int, endsIn255: Bool) throws {
    let map = try LabelMap(contentsOf: Self.folder.appendingPathComponent("\(name).png"))
    #expect(map.width == 5 && map.height == 3)
    #expect(map.values == numbers(count).dropLast() + [endsIn255 ? 255 : numbers(count)[14]])
  }

  @Test(arguments: [
    ("rgb.png", "RGB"), ("rgba.png", "RGB with alpha"), ("grey-alpha.png", "grey with alpha"),
    ("grey16.png", "grey of 16 bits"), ("grey.jpg", "another format"),
  ])
  func whatHoldsNoClassNumbersIsNamed(name: String, found: String) {
    let file = Place.images.appendingPathComponent(name)
    #expect(
      thrown(DataError.self) { try LabelMap(contentsOf: file) }
        == "\(file.path): expected a PNG file of class numbers, grey or with a palette, of at most "
        + "8 bits, found \(found)")
  }

  @Test func aDamagedFileIsNamed() throws {
    let folder = try TemporaryFolder()
    let whole = Array(
      try Data(contentsOf: Self.folder.appendingPathComponent("palette.png")))
    let file = try folder.write(Array(whole.dropLast(20)), to: "cut.png")
    #expect(
      message { _ = try LabelMap(contentsOf: URL(fileURLWithPath: file)) }
        .hasPrefix("\(file): truncated image: "))
  }

  private let four = LabelMap(width: 4, height: 2, values: [0, 1, 2, 3, 4, 5, 6, 7])

  private func fit(_ height: Int, _ width: Int, _ input: Shape?, side: Int? = nil) -> LabelFit {
    LabelFit(height: height, width: width, input: input, resizeShorterSide: side)
  }

  @Test func theNumberBeneathTheMiddleCounts() {
    // Without an image the picture covers the map: the middles of two columns lie at 1 and 3.
    #expect(four.numbers(fit(2, 2, nil)) == [1, 3, 5, 7])
    #expect(four.numbers(fit(1, 4, nil)) == [4, 5, 6, 7])
    #expect(
      four.numbers(fit(4, 8, nil)) == [
        0, 0, 1, 1, 2, 2, 3, 3, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 4, 4, 5, 5, 6, 6,
        7, 7,
      ])
  }

  @Test func picturesAreCutAsTheirImagesAre() {
    // 4×2 covers an input of 2×2 as it is; the crop keeps the two columns of the middle.
    #expect(four.numbers(fit(2, 2, .map(3, 2, 2))) == [1, 2, 5, 6])
    // The same at twice the size, of an output of half of it.
    #expect(four.numbers(fit(2, 2, .map(3, 4, 4))) == [1, 2, 5, 6])
    // Resized to 8×4 and cut to the 2×2 of its middle.
    #expect(four.numbers(fit(2, 2, .map(3, 2, 2), side: 4)) == [1, 2, 5, 6])
    #expect(four.numbers(fit(1, 1, .map(3, 2, 2), side: 4)) == [6])
  }

  @Test func whatLiesBesideTheImageDoesNotCount() {
    // A shorter side of 2 in an input of 4×4: a row above and one below are padding.
    #expect(
      four.numbers(fit(4, 4, .map(3, 4, 4), side: 2)) == [
        255, 255, 255, 255, 0, 1, 2, 3, 4, 5, 6, 7, 255, 255, 255, 255,
      ])
  }

  @Test func proportionsAreAlikeButForRounding() {
    #expect(LabelFit.isAlike((640, 480), (320, 240)))
    #expect(LabelFit.isAlike((641, 480), (160, 120)))
    #expect(LabelFit.isAlike((2, 2), (3, 2)) && !LabelFit.isAlike((2, 2), (4, 2)))
    #expect(!LabelFit.isAlike((640, 480), (480, 640)))
    #expect(!LabelFit.isAlike((640, 480), (480, 480)))
  }
}

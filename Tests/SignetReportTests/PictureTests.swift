import Foundation
import SignetData
import SignetModel
import Testing

@testable import SignetReport

@Suite struct PictureTests {
  @Test func planesBecomePixels() throws {
    let planes: [UInt8] = [1, 2, 3, 4, 5, 6]
    let picture = try #require(Picture(planes: planes, channels: 3, height: 1, width: 2))
    #expect(picture.pixels == [1, 3, 5, 2, 4, 6])
    let reversed = try #require(
      Picture(planes: planes, channels: 3, height: 1, width: 2, isReversed: true))
    #expect(reversed.pixels == [5, 3, 1, 6, 4, 2])
    #expect(Picture(planes: planes, channels: 3, height: 2, width: 2) == nil)
    #expect(Picture(pixels: [], width: 0, height: 0, channels: 1) == nil)
  }

  @Test func reductionTakesMeans() throws {
    let picture = try #require(
      Picture(pixels: [0, 10, 20, 30, 100, 110, 120, 130], width: 4, height: 2, channels: 1))
    let reduced = picture.reduced(to: 2)
    #expect(reduced.pixels == [55, 75])
    #expect((reduced.width, reduced.height) == (2, 1))
    #expect(picture.reduced(to: 4) == picture)
  }

  @Test func theElementHasItsTextAndItsBytes() throws {
    let picture = try #require(Picture(pixels: [0, 255], width: 2, height: 1, channels: 1))
    let text = picture.markup(text: "a \"b\" <c>", side: 9).text
    #expect(text.hasPrefix("<img alt=\"a &quot;b&quot; &lt;c&gt;\" width=\"8\" height=\"4\""))
    let start = try #require(text.range(of: "base64,")).upperBound
    let data = try #require(Data(base64Encoded: String(text[start...].prefix { $0 != "\"" })))
    #expect(data.starts(with: [0x89, 0x50, 0x4e, 0x47]))
  }

  @Test func filtersAreSquaresOfTheirChannels() throws {
    let drawing = try #require(FilterPicture(shape: [1, 2, 2, 2]))
    let picture = try #require(drawing.picture(of: [1, -1, 0, 0.5, -1, -1, 1, 1]))
    #expect((picture.width, picture.height) == (5, 2))
    #expect(picture.pixels == [255, 0, 128, 0, 0, 127, 191, 128, 255, 255])
    #expect(FilterPicture(shape: [4, 4, 1, 1]) == nil)
    #expect(FilterPicture(shape: [4, 4]) == nil)
    #expect(drawing.picture(of: [.nan, 0, 0, 0, 0, 0, 0, 0])?.pixels.first == 127)
  }

  private func map(channels: Int) throws -> OutputMap {
    var builder = GraphBuilder(inputShape: .map(channels, 2, 2))
    let output = builder.append("map", .relu, builder.input)
    let model = try Model(
      graph: builder.graph(output: output), weights: [:], preprocessing: .none, outputKind: .map)
    return try #require(OutputMap(model.graph.outputs[0], of: model))
  }

  @Test func mapsAreDrawnBetweenTheSameExtremes() throws {
    let drawing = MapDrawing(try map(channels: 1), range: [0, 1, 2, 4])
    #expect(drawing.picture(of: [0, 1, 2, 4])?.pixels == [0, 64, 128, 255])
    #expect(drawing.picture(of: [-9, 9, 2, .nan])?.pixels == [0, 255, 128, 0])
    #expect(drawing.difference([0, 1, 2, 4], [0, 2, 0, 4])?.pixels == [0, 128, 255, 0])
    #expect(drawing.picture(of: [1]) == nil)
  }

  @Test func mapsOfClassesShowTheStrongestAndWhereItDiffers() throws {
    let drawing = MapDrawing(try map(channels: 2), range: [0, 1])
    let found: [Float] = [1, 0, 1, 0, 0, 1, 0, 1]
    let expected: [Float] = [1, 0, 0, 0, 0, 1, 1, 1]
    #expect(drawing.picture(of: found)?.pixels == [0, 255, 0, 255])
    #expect(drawing.difference(found, expected)?.pixels == [0, 0, 255, 0])
  }
}

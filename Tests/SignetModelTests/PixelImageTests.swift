import SignetModel
import Testing

/// Pixels as cameras and decoders have them.
@Suite struct PixelImageTests {
  /// A network's input of `extent`² pixels that are taken as they are.
  private func model(_ extent: Int, _ preprocessing: Preprocessing) throws -> Model {
    let channels = preprocessing.mean.count
    var builder = GraphBuilder(inputShape: .map(channels, extent, extent))
    let output = builder.append("relu", .relu, builder.input)
    return try Model(
      graph: builder.graph(output: output), weights: [:], preprocessing: preprocessing)
  }

  private let bytes = Preprocessing(scale: 1, mean: [0, 0, 0], std: [1, 1, 1])

  /// 2×1 pixels: 1, 2, 3 and 4, 5, 6 of red, green and blue.
  @Test(arguments: [
    (PixelImage.Layout.rgb, [1, 2, 3, 4, 5, 6] as [UInt8]), (.bgr, [3, 2, 1, 6, 5, 4]),
    (.rgba, [1, 2, 3, 9, 4, 5, 6, 9]), (.bgra, [3, 2, 1, 9, 6, 5, 4, 9]),
    (.argb, [9, 1, 2, 3, 9, 4, 5, 6]),
  ])
  func layouts(_ layout: PixelImage.Layout, _ pixels: [UInt8]) throws {
    let expected = try PixelImage([1, 2, 3, 4, 5, 6], width: 2, height: 1, layout: .rgb)
    #expect(try PixelImage(pixels, width: 2, height: 1, layout: layout) == expected)
  }

  @Test func rowsMayHaveRoomBehind() throws {
    let pixels: [UInt8] = [1, 2, 0, 3, 4]
    let image = try PixelImage(pixels, width: 2, height: 2, layout: .grey, rowBytes: 3)
    #expect(image == (try PixelImage([1, 2, 3, 4], width: 2, height: 2, layout: .grey)))
  }

  @Test func inputIsPlanesInTheNetworksOrder() throws {
    let pixels: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]
    let image = try PixelImage(pixels, width: 2, height: 2, layout: .rgb)
    let input = try model(2, bytes).input(of: image)
    #expect(input.extents == [1, 3, 2, 2])
    #expect(input.values == [1, 4, 7, 10, 2, 5, 8, 11, 3, 6, 9, 12])
    var reversed = bytes
    reversed.channelOrder = .bgr
    reversed.mean = [1, 0, 0]
    reversed.std = [2, 1, 1]
    #expect(
      try model(2, reversed).input(of: image).values
        == [1, 2.5, 4, 5.5, 2, 5, 8, 11, 1, 4, 7, 10])
    let grey = Preprocessing(channelOrder: .grey, scale: 1, mean: [0], std: [1])
    // 0.299, 0.587 and 0.114 of each
    #expect(try model(2, grey).input(of: image).values == [2, 5, 8, 11])
  }

  @Test func largeImagesAreShrunkAndCropped() throws {
    // A row of four columns, 0 and 100 in turn, on 2 rows: halved, the means; the middle is kept.
    let pixels: [UInt8] = Array(repeating: [0, 0, 100, 100, 0, 0, 100, 100], count: 4).flatMap(
      \.self)
    let image = try PixelImage(pixels, width: 8, height: 4, layout: .grey)
    let grey = Preprocessing(
      resizeShorterSide: 2, channelOrder: .grey, scale: 1, mean: [0], std: [1])
    let input = try model(2, grey).input(of: image)
    // The triangle of a pixel reaches a quarter of the weight into both neighbours.
    #expect(input.values == [75, 25, 75, 25])
  }

  @Test func refusals() throws {
    #expect(throws: PixelImageError.size(width: 0, height: 2)) {
      try PixelImage([], width: 0, height: 2, layout: .grey)
    }
    #expect(throws: PixelImageError.size(width: 1 << 16, height: 1 << 16)) {
      try PixelImage([], width: 1 << 16, height: 1 << 16, layout: .grey)
    }
    #expect(throws: PixelImageError.bytes(expected: 12, found: 11)) {
      try PixelImage(Array(repeating: 0, count: 11), width: 2, height: 2, layout: .rgb)
    }
    #expect(throws: PixelImageError.rowBytes(expected: 6, found: 5)) {
      try PixelImage(Array(repeating: 0, count: 12), width: 2, height: 2, layout: .rgb, rowBytes: 5)
    }
    let image = try PixelImage([1], width: 1, height: 1, layout: .grey)
    let network = try model(2, bytes)
    #expect(throws: PixelImageError.noInput(name: "x", expected: ["input"])) {
      try network.input(of: image, named: "x")
    }
    #expect(
      "\(PixelImageError.rowBytes(expected: 6, found: 5))"
        == "image: expected at least 6 bytes from row to row, found 5")
  }
}

import Foundation
import SignetModel
import Testing

@testable import SignetData

@Suite struct ResizedCropTests {
  private let crop = ResizedCrop()

  private func boxes(_ width: Int, _ height: Int, epoch: Int = 0) -> [ResizedCrop.Box] {
    (0..<2000).map { crop.box(width: width, height: height, seed: 3, epoch: epoch, index: $0) }
  }

  @Test func partsAreAPureFunctionOfSeedEpochAndImage() {
    #expect(boxes(500, 375) == boxes(500, 375))
    #expect(zip(boxes(500, 375), boxes(500, 375, epoch: 1)).filter { $0 == $1 }.count < 5)
  }

  @Test func sharesAndProportionsFillTheirRanges() {
    let boxes = boxes(500, 400)
    for box in boxes {
      #expect(box.left >= 0 && box.left + box.width <= 500)
      #expect(box.top >= 0 && box.top + box.height <= 400)
      let ratio = Double(box.width) / Double(box.height)
      #expect(ratio > 0.74 && ratio < 1.35)
      let share = Double(box.width * box.height) / 200_000
      #expect(share > 0.078 && share <= 1)
    }
    // Small parts nearly always fit, so half of those below .54 are below .31.
    let shares = boxes.map { Double($0.width * $0.height) / 200_000 }.filter { $0 < 0.54 }
    let low = Double(shares.count { $0 < 0.31 }) / Double(shares.count)
    #expect(abs(low - 0.5) < 0.08)
    let wide = Double(boxes.count { $0.width > $0.height }) / 2000
    #expect(abs(wide - 0.5) < 0.12)
  }

  @Test func imagesOfOtherProportionsGiveTheirMiddle() {
    // No part of an allowed size fits into a line.
    let box = crop.box(width: 1000, height: 1, seed: 1, epoch: 0, index: 0)
    #expect(box == ResizedCrop.Box(left: 499, top: 0, width: 1, height: 1))
    let column = crop.box(width: 2, height: 1000, seed: 1, epoch: 0, index: 0)
    #expect(column == ResizedCrop.Box(left: 0, top: 498, width: 2, height: 3))
    let dot = crop.box(width: 1, height: 1, seed: 1, epoch: 0, index: 0)
    #expect(dot == ResizedCrop.Box(left: 0, top: 0, width: 1, height: 1))
  }

  @Test(arguments: [
    ResizedCrop(scale: -1...1), ResizedCrop(scale: 0.5...1.5), ResizedCrop(ratio: 0...1),
    ResizedCrop(ratio: 1...1e300), ResizedCrop(scale: 0...1),
  ])
  func boundsThatMakeNoSenseAreRefused(crop: ResizedCrop) {
    #expect(throws: DataError.self) { try crop.check() }
    let loader = BatchLoader(
      dataset: CountingImages(count: 4), shape: .map(3, 4, 5), preprocessing: .bytes, batchSize: 4,
      augmentation: Augmentation(cropPadding: 0, flip: false, resizedCrop: crop))
    let text = message { _ = try loader.batches(epoch: 0).next() }
    #expect(text.contains("expected shares") || text.contains("expected proportions"))
  }

  @Test func aPartIsCutOutAndStretched() throws {
    let bytes = try Place.fixture("rgb.png")
    let whole = try ImageFile.decode(bytes)
    let pixels = try ImageFile.croppedPixels(
      decoding: bytes, name: "x", shape: .map(3, 4, 5), preprocessing: .bytes
    ) { width, height in
      #expect(width == 37 && height == 29)
      return ResizedCrop.Box(left: 7, top: 6, width: 5, height: 4)
    }
    for y in 0..<4 {
      for x in 0..<5 {
        for channel in 0..<3 {
          #expect(
            pixels[(channel * 4 + y) * 5 + x] == whole.bytes[((y + 6) * 37 + x + 7) * 3 + channel])
        }
      }
    }
  }

  /// At an eighth of the size a pixel is the mean of what a block of the full image has.
  @Test(arguments: ["rgb420.jpg", "rgb444-progressive.jpg", "grey.jpg"])
  func smallerDecodesAreNearTheLargeOnes(name: String) throws {
    let bytes = try Place.fixture(name)
    for divisor in [2, 4, 8] {
      let (full, small) = (
        try JPEG.decode(bytes), try JPEG.decode(bytes, dividedBy: Int32(divisor))
      )
      #expect(small.width == (full.width + divisor - 1) / divisor)
      #expect(small.height == (full.height + divisor - 1) / divisor)
      let mean = { (image: PixelImage) in
        Double(image.bytes.reduce(0) { $0 + Int($1) }) / Double(image.bytes.count)
      }
      #expect(abs(mean(full) - mean(small)) < 8, "\(divisor)")
    }
  }

  @Test func theLoaderCropsFilesAlikeInEveryRunAndNoSetWithoutFiles() throws {
    let folder = try TemporaryFolder()
    for (index, name) in ["rgb.png", "rgb420.jpg", "grey.jpg", "cmyk.jpg"].enumerated() {
      try folder.write(Place.fixture(name), to: "\(index % 2)/\(name)")
    }
    func loader(_ dataset: any ImageDataset) -> BatchLoader {
      BatchLoader(
        dataset: dataset, shape: .map(3, 8, 8), preprocessing: .bytes, batchSize: 4, shuffleSeed: 1,
        augmentation: .imageNet)
    }
    let set = loader(try folder.open("imagefolder"))
    let first = try #require(try set.batches(epoch: 0).next())
    #expect(try set.batches(epoch: 0).next()?.images == first.images)
    #expect(try set.batches(epoch: 1).next()?.images != first.images)
    #expect(first.images.allSatisfy { (0...255).contains($0) })
    let text = message { _ = try loader(CountingImages(count: 4)).batches(epoch: 0).next() }
    #expect(text.contains("resized-crop"))
  }
}

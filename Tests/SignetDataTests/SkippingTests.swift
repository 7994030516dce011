import Foundation
import SignetData
import SignetModel
import Testing
import ThrownErrors

/// Images that cannot be read are named and left out, or end the work.
@Suite struct SkippingTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  private final class Names {
    var errors: [DataError] = []
  }

  private func loader(_ dataset: any ImageDataset, batchSize: Int) -> BatchLoader {
    BatchLoader(
      dataset: dataset, shape: .map(3, 4, 5), preprocessing: .cifar, batchSize: batchSize)
  }

  @Test func theOthersOfTheBatchCome() throws {
    let names = Names()
    let batches = loader(CountingImages(count: 20, broken: 13), batchSize: 8)
      .batches(epoch: 0) { names.errors.append($0) }
    var indices: [[Int]] = []
    while let batch = try batches.next() {
      #expect(batch.images.count == batch.count * 60)
      #expect(batch.labels == batch.indices.map { Int64($0 % 10) })
      indices.append(batch.indices)
    }
    #expect(indices == [Array(0..<8), [8, 9, 10, 11, 12, 14, 15], [16, 17, 18, 19]])
    #expect(names.errors == [CountingImages.failure(13)])
  }

  @Test func aBatchOfNothingIsPassedOver() throws {
    let names = Names()
    let batches = loader(CountingImages(count: 3, broken: 1), batchSize: 1)
      .batches(epoch: 0) { names.errors.append($0) }
    var indices: [Int] = []
    while let batch = try batches.next() { indices += batch.indices }
    #expect(indices == [0, 2])
    #expect(names.errors.count == 1)
  }

  @Test func wrongArgumentsAreNotSkipped() {
    let names = Names()
    let batches = BatchLoader(
      dataset: CountingImages(count: 3), shape: .map(3, 4, 4), preprocessing: .cifar, batchSize: 2
    ).batches(epoch: 0) { names.errors.append($0) }
    #expect(
      thrown(DataError.self) { try batches.next() }
        == "image 0 of counting: expected 48 bytes, found 60")
    #expect(names.errors.isEmpty)
  }

  /// What users' folders hold: files that other tools wrote, in every colour model, some under
  /// the wrong name, some damaged.
  @Test func aFolderOfAllKinds() throws {
    let sound = [
      "cmyk.jpg", "grey.jpg", "grey16.png", "grey-alpha.png", "rgba.png", "bilevel.png",
      "palette-transparent.png", "rgb444-progressive.jpg",
    ]
    for name in sound { try folder.write(try Place.fixture(name), to: "a/\(name)") }
    try folder.write(try Place.fixture("rgb.png"), to: "a/really-a-png.jpg")
    try folder.write(try Place.fixture("rgb420.jpg"), to: "b/really-a-jpeg.png")
    let jpeg = try Place.fixture("rgb420.jpg")
    try folder.write(Array(jpeg.dropLast(30)), to: "b/truncated.jpg")
    try folder.write("<html>404</html>", to: "b/page.jpg")
    try folder.write([], to: "b/empty.png")
    let dataset = try folder.open("imagefolder")
    let classifier = FirstClass()
    let names = Names()
    let evaluation = try Evaluation.measure(
      classifier, dataset: dataset, preprocessing: .bytes.resized(to: 8), batchSize: 4,
      skipping: { names.errors.append($0) })
    #expect(evaluation.images == sound.count + 2 && evaluation.skipped == 3)
    #expect(evaluation.top1 == 100 * Double(sound.count + 1) / Double(sound.count + 2))
    let texts = names.errors.map { "\($0)" }
    #expect(
      texts.map { $0.split(separator: "/").last?.split(separator: ":").first } == [
        "empty.png", "page.jpg", "truncated.jpg",
      ])
    #expect(texts[0].hasSuffix("expected a JPEG or PNG image, found an empty file"))
    #expect(texts[1].hasSuffix("expected a JPEG or PNG image, found HTML or XML"))
    #expect(texts[2].contains("truncated image: "))
    // Strictly, the first of them ends it.
    #expect(throws: names.errors[0]) {
      try Evaluation.measure(
        classifier, dataset: dataset, preprocessing: .bytes.resized(to: 8), batchSize: 4)
    }
  }

  @Test func nothingButUnreadableImagesIsAnError() throws {
    try folder.write("gone.png 0\n", to: "list.txt")
    let dataset = try folder.open("imagelist", "list.txt")
    let text = thrown(DataError.self) {
      try Evaluation.measure(
        FirstClass(), dataset: dataset, preprocessing: .bytes, skipping: { _ in })
    }
    #expect(text.hasSuffix("/gone.png: No such file or directory"))
  }
}

/// Finds class 0 in everything.
private final class FirstClass: Classifier {
  let inputShape = Shape.map(3, 8, 8)
  let classCount = 2

  func logits(images: [Float], count: Int) -> [Float] {
    (0..<count).flatMap { _ in [Float(1), 0] }
  }
}

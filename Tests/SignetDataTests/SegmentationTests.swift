import Foundation
import SignetModel
import Testing
import ThrownErrors

@testable import SignetData

@Suite struct SegmentationTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try folder.writePNG(Array(repeating: 9, count: 4), 2, 2, to: "images/a/1.png")
    try folder.writePNG(Array(repeating: 9, count: 4), 2, 2, to: "images/b/1.png")
  }

  private func measure(
    _ rows: [[Float]], _ model: Model, skipping: ((DataError) -> Void)? = nil
  ) throws -> Segmentation {
    let dataset = try folder.open("imagefolder", "images")
    let targets = try TargetFolder(
      folder.url.appendingPathComponent("labels"), of: dataset, kind: .labels)
    return try Segmentation.measure(
      RowNetwork(rows, for: model), of: model, map: try #require(model.map), dataset: dataset,
      targets: targets, skipping: skipping)
  }

  /// Three channels whose largest is at these places.
  private func scores(_ classes: [Int]) -> [Float] {
    (0..<3).flatMap { channel in classes.map { $0 == channel ? 2 : 1 } }
  }

  private func negated() throws -> Model {
    try .of(.activation(.elementary(.negate)), .map(3, 2, 2))
  }

  @Test func ofTwoImagesWithFourPlaces() throws {
    try folder.writePNG([0, 1, 1, 255], 2, 2, to: "labels/a/1.png")
    try folder.writePNG([0, 0, 0, 0], 2, 2, to: "labels/b/1.png")
    let result = try measure([scores([0, 1, 2, 0]), scores([0, 0, 0, 1])], negated())
    // 0: 4 of 5; found instead: 1 once. 1: one right, one taken for 2, one 0 taken for it. The last
    // place of the first image does not count.
    #expect(result.images == 2)
    #expect(result.classes.map(\.number) == [0, 1, 2])
    #expect(result.classes.map(\.places) == [5, 2, 0])
    let expected = [400.0 / 5, 100.0 / 3, 0]
    for (found, expected) in zip(result.classes, expected) {
      #expect(abs(found.intersectionOverUnion - expected) < 1e-12)
    }
    #expect(abs(result.meanIntersectionOverUnion - (80 + 100.0 / 3) / 3) < 1e-12)
    #expect(abs(result.pixelAccuracy - 500.0 / 7) < 1e-12)
  }

  @Test func classesThatDoNotOccurDoNotCount() throws {
    try folder.writePNG([2, 2, 2, 2], 2, 2, to: "labels/a/1.png")
    try folder.writePNG([2, 2, 2, 255], 2, 2, to: "labels/b/1.png")
    // The first of equal scores wins, and only beneath what counts for nothing.
    let result = try measure([scores([2, 2, 2, 2]), scores([2, 2, 2, 9])], negated())
    #expect(result.meanIntersectionOverUnion == 100 && result.pixelAccuracy == 100)
    #expect(result.classes.map(\.number) == [2])
  }

  @Test func oneChannelIsTwoClasses() throws {
    try folder.writePNG([0, 1, 1, 1], 2, 2, to: "labels/a/1.png")
    try folder.writePNG([255, 255, 255, 255], 2, 2, to: "labels/b/1.png")
    let rows: [[Float]] = [[-0.1, 0.1, 0.5, 0.6], [0, 0, 0, 0]]
    let grey = Preprocessing(channelOrder: .grey, mean: [0], std: [1])
    // Scores: above 0. All four are right.
    let scores = try Model.of(.activation(.elementary(.negate)), .map(1, 2, 2), grey)
    #expect(try measure(rows, scores).pixelAccuracy == 100)
    // Probabilities: above one half. Two are right; 1 of 3 found, 1 of 3 is and was none.
    let sigmoid = try Model.of(.activation(.sigmoid), .map(1, 2, 2), grey)
    let result = try measure(rows, sigmoid)
    #expect(result.pixelAccuracy == 50)
    #expect(abs(result.meanIntersectionOverUnion - 100.0 / 3) < 1e-12)
  }

  @Test func mapsSayWhatTheyHold() throws {
    let grey = Preprocessing(channelOrder: .grey, mean: [0], std: [1])
    #expect(try Model.of(.activation(.sigmoid), .map(1, 2, 2), grey).map?.content == .probabilities)
    let declared = try Model.of(.activation(.elementary(.abs)), .map(1, 2, 2), grey)
      .with(outputKind: .probabilities)
    #expect(declared.map?.content == .probabilities)
    let chosen = try Model.of(
      .argExtreme(
        ArgExtreme(
          isMaximum: true, takesLast: false, extents: [3, 4, 6], axis: 0, shape: Shape([4, 6]))),
      .map(3, 4, 6))
    let map = try #require(chosen.map)
    #expect(map.content == .classNumbers && map.classCount == nil)
    #expect((map.channels, map.height, map.width) == (1, 4, 6))
    #expect(map.classes([0, 7, 2][...]) == [0, 7, 2] && map.classes([0.5][...]) == nil)
    // As a picture of channels last, 3 beside one another.
    let last = try #require(
      try Model.of(
        .transpose(
          Transposition(extents: [3, 5, 6], order: [1, 2, 0], shape: .map(5, 6, 3))), .map(3, 5, 6)
      ).map)
    #expect(last.isChannelsLast && (last.channels, last.height, last.width) == (3, 5, 6))
    let values = (0..<90).map { Float($0 % 3 == $0 / 3 % 3 ? 1 : 0) }
    #expect(last.classes(values[...]) == (0..<30).map { $0 % 3 })
    #expect(try Model.of(.globalAveragePool, .map(3, 2, 2)).map == nil)
  }

  @Test func aMissingFileIsToldBeforeAnyWork() throws {
    try folder.writePNG([0, 1, 1, 2], 2, 2, to: "labels/a/1.png")
    let root = folder.url.path
    #expect(
      try thrown(DataError.self) { try measure([], negated()) }
        == "\(root)/labels/b/1.png: expected the target of \(root)/images/b/1.png, found no such file"
    )
  }

  @Test func twoImagesDoNotShareOne() throws {
    try folder.writePNG([1, 1, 1, 1], 2, 2, to: "images/a/1.jpg")
    try folder.writePNG([0, 1, 1, 2], 2, 2, to: "labels/a/1.png")
    let root = folder.url.path
    #expect(
      try thrown(DataError.self) { try measure([], negated()) }
        == "\(root)/labels/a/1.png: expected the target of one image, found two: "
        + "\(root)/images/a/1.jpg and \(root)/images/a/1.png")
  }

  @Test func wrongLabelsNameTheirFile() throws {
    let root = folder.url.path
    try folder.writePNG([0, 1, 1, 2], 2, 2, to: "labels/a/1.png")
    try folder.writePNG([0, 1, 3, 2], 2, 2, to: "labels/b/1.png")
    let rows = [scores([0, 0, 0, 0]), scores([0, 0, 0, 0])]
    // Unreadable images are left out; labels never are.
    for skipping in [nil, { (_: DataError) in }] {
      #expect(
        try thrown(DataError.self) { try measure(rows, negated(), skipping: skipping) }
          == "\(root)/labels/b/1.png: expected class numbers of 0 to 2, or 255 for what does not "
          + "count, found 3 in row 1, column 0")
    }
    try folder.writePNG([0, 1, 1, 1, 1, 2, 0, 0], 4, 2, to: "labels/b/1.png")
    #expect(
      try thrown(DataError.self) { try measure(rows, negated()) }
        == "\(root)/labels/b/1.png: expected the proportions of its image, 2×2 pixels, found 4×2")
    try folder.writePNG([255, 255, 255, 255], 2, 2, to: "labels/a/1.png")
    try folder.writePNG([255, 255, 255, 255], 2, 2, to: "labels/b/1.png")
    #expect(
      try thrown(EvaluationError.self) { try measure(rows, negated()) }
        == "\(root)/images: no place of any image has a label other than 255, which counts for nothing"
    )
  }

  @Test func imagesWithoutFilesHaveNoTargets() throws {
    #expect(
      thrown(DataError.self) {
        try TargetFolder(folder.url, of: CountingImages(count: 1), kind: .labels)
      }
        == "counting: its images have no files of their own whose names their targets could have; "
        + "give imagefolder:DIR, imagelist:FILE or tensors:DIR with a file per sample")
  }

  @Test func aListsImagesAreCalledAsInTheList() throws {
    try folder.write("images/a/1.png 0\nimages/b/1.png 1\n", to: "list.txt")
    let dataset = try folder.open("imagelist", "list.txt")
    #expect(dataset.file(at: 1)?.path == "images/b/1.png")
    let elsewhere = SampleFile(
      URL(fileURLWithPath: "/there/x.png"), below: URL(fileURLWithPath: "/here"))
    #expect(elsewhere.path == "x.png")
  }
}

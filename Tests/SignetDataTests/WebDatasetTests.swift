import Foundation
import SignetModel
import Testing

@testable import SignetData

@Suite struct WebDatasetTests {
  private let folder: TemporaryFolder
  private let png: [UInt8]
  private let shape = Shape.map(3, 29, 37)

  init() throws {
    folder = try TemporaryFolder()
    png = try Place.fixture("rgb.png")
  }

  private func shard(_ samples: [(String, Int)], _ name: String) throws {
    var tar = TarBuilder()
    for (key, label) in samples {
      tar.add(key + ".png", png)
      tar.add(key + ".cls", "\(label)\n")
    }
    try folder.write(tar.archive, to: name)
  }

  /// By Python's tarfile; see the script beside the archives.
  @Test(arguments: ["ustar", "gnu", "pax"])
  func archivesOfEveryFormatAreRead(format: String) throws {
    let archive = Place.images.deletingLastPathComponent()
      .appendingPathComponent("shards/\(format).tar")
    let dataset = try DatasetSpecification(parsing: "webdataset:\(archive.path)").open(split: .test)
    #expect(dataset.labels == [2, 0, 1, 2, 4])
    #expect(dataset.classNames == ["0", "1", "2", "3", "4"] && dataset.isLabelled)
    for (index, name) in [
      "rgb.png", "rgb420.jpg", "grey.png", "rgb444-progressive.jpg", "grey.jpg",
    ].enumerated() {
      let file = Place.images.appendingPathComponent(name)
      #expect(
        try dataset.pixels(at: index, shape: shape, preprocessing: .bytes)
          == ImageFile.pixels(contentsOf: file, shape: shape, preprocessing: .bytes))
    }
    let keys = try ShardIndex(reading: archive).keys
    #expect(keys[0] == "a/0")
    #expect(
      keys[2] == "folder-" + String(repeating: "x", count: 80) + "/"
        + String(repeating: "y", count: 60))
    if format != "ustar" {
      #expect(keys[3] == "ü/" + String(repeating: "z", count: 120))
      #expect(keys[4] == "b/" + String(repeating: "w", count: 300))
    }
  }

  @Test func patternsNameShardsInOrder() throws {
    for number in 0..<12 {
      let name = "train-" + (number < 10 ? "00" : "0") + "\(number).tar"
      try shard([("s", number), ("t", 20 + number)], name)
    }
    let expected = (0..<12).flatMap { [$0, 20 + $0] }
    for pattern in ["train-{000..011}.tar", "train-*.tar", "", "train-{00,01}?.tar"] {
      #expect(try folder.open("webdataset", pattern).labels == expected, "\(pattern)")
    }
    #expect(try folder.open("webdataset", "train-{003..004}.tar").labels == [3, 23, 4, 24])
    #expect(try folder.open("webdataset", "train-[01]07.tar").labels == [7, 27])
    #expect(try folder.open("webdataset", "train-{011,002}.tar").labels == [11, 31, 2, 22])
    #expect(try folder.open("webdataset", "train-007.tar").count == 2)
    let text = message { _ = try folder.open("webdataset", "train-{010..012}.tar") }
    #expect(text.hasSuffix("train-012.tar: No such file or directory"))
    #expect(
      message { _ = try folder.open("webdataset", "x-*.tar") }.contains("x-*.tar: expected tar"))
    for wrong in ["{3..1}", "{a..b}", "{0..99999999}", "{0..999}{0..999}", "{-1..2}"] {
      #expect(
        message { _ = try folder.open("webdataset", "train-\(wrong).tar") }
          .contains("webdataset:"), "\(wrong)")
    }
  }

  @Test func aFolderOfSeveralSetsIsRefused() throws {
    try shard([("s", 0)], "train-000.tar")
    try shard([("s", 0)], "val-000.tar")
    #expect(
      throws: DataError.shardsOfSeveralSets(
        folder: folder.url.path, one: "train-000.tar", other: "val-000.tar")
    ) { try folder.open("webdataset") }
    #expect(try folder.open("webdataset", "val-*.tar").count == 1)
  }

  @Test func namesBesideTheShardsNameTheClasses() throws {
    try shard([("s", 1), ("t", 0)], "a.tar")
    try folder.write("cat\n dog \nbird\n", to: "classnames.txt")
    let dataset = try folder.open("webdataset", "a.tar")
    #expect(dataset.classNames == ["cat", "dog", "bird"] && dataset.labels == [1, 0])
    #expect(
      dataset.sourceFiles.map(\.lastPathComponent).sorted() == ["a.tar", "classnames.txt"])
    let file = try folder.write("cat\n", to: "classnames.txt")
    #expect(
      throws: DataError.line(
        file: file, line: 1, expected: "at least 2 class names", found: "1")
    ) { try folder.open("webdataset", "a.tar") }
  }

  @Test func shardsWithoutLabelsAreUnlabelled() throws {
    var tar = TarBuilder()
    for name in ["a.png", "b.PNG", "a.txt", ".hidden.png"] { tar.add(name, png) }
    try folder.write(tar.archive, to: "a.tar")
    let dataset = try folder.open("webdataset", "a.tar")
    #expect(dataset.count == 2 && !dataset.isLabelled && dataset.classNames == [])
  }

  /// Any epoch, and any step of it, without the steps before.
  @Test func shuffledEpochsResumeExactly() throws {
    for shard in 0..<10 {
      var tar = TarBuilder()
      for sample in 0..<20 {
        tar.add("\(sample).png", try Place.fixture(sample % 2 == 0 ? "rgb.png" : "grey.png"))
        tar.add("\(sample).cls", "\(20 * shard + sample)")
      }
      try folder.write(tar.archive, to: "train-\(shard).tar")
    }
    let dataset = try folder.open("webdataset", "train-*.tar", split: .train)
    let loader = BatchLoader(
      dataset: dataset, shape: .map(3, 8, 8), preprocessing: .bytes, batchSize: 16, shuffleSeed: 5,
      augmentation: .cifar)
    var whole: [Batch] = []
    let all = loader.batches(epoch: 3)
    while let batch = try all.next() { whole.append(batch) }
    #expect(whole.flatMap(\.labels).sorted() == (0..<200).map(Int64.init))
    let again = loader.batches(epoch: 3, from: 7)
    for step in 7..<13 {
      let batch = try #require(try again.next())
      #expect(batch.labels == whole[step].labels && batch.images == whole[step].images)
    }
    #expect(try again.next() == nil)
  }

  @Test func aDamagedImageIsNamedWithItsPlaceAndSkipped() throws {
    var tar = TarBuilder()
    tar.add("good.png", png)
    tar.add("bad.jpg", Array(try Place.fixture("rgb420.jpg").prefix(600)))
    let path = try folder.write(tar.archive, to: "a.tar")
    let dataset = try folder.open("webdataset", "a.tar")
    let text = message { _ = try dataset.pixels(at: 1, shape: shape, preprocessing: .bytes) }
    #expect(text.hasPrefix("\(path), 'bad' at byte 3072: damaged image"))
    let loader = BatchLoader(
      dataset: dataset, shape: shape, preprocessing: .bytes, batchSize: 2)
    var skipped: [DataError] = []
    let batch = try loader.batches(epoch: 0) { skipped.append($0) }.next()
    #expect(batch?.count == 1 && skipped.count == 1)
  }

  @Test func aShardThatChangesMeanwhileIsNoticed() throws {
    try shard([("s", 1), ("t", 0)], "a.tar")
    let dataset = try folder.open("webdataset", "a.tar")
    let before = dataset.contentDigest(of: [0, 1])
    #expect(dataset.contentDigest(of: [1, 0]) != before)
    try shard([("s", 1), ("t", 0), ("u", 0)], "a.tar")
    #expect(dataset.contentDigest(of: [0, 1]) != before)
    let text = message { _ = try dataset.pixels(at: 1, shape: shape, preprocessing: .bytes) }
    #expect(text.contains("a.tar: byte 4096: expected the archive that was opened"), "\(text)")
  }
}

extension ShardIndex {
  init(reading file: URL) throws {
    self.init()
    try add(file)
  }
}

import SignetData
import SignetModel
import Testing

@Suite struct CIFARTests {
  /// Records whose pixel p of image i is i + p mod 251, with these label bytes.
  static func records(_ labels: [[UInt8]]) -> [UInt8] {
    labels.enumerated().flatMap { image, labels in
      labels + (0..<3072).map { UInt8((image + $0) % 251) }
    }
  }

  static let names = (0..<10).map { "class\($0)" }.joined(separator: "\n") + "\n\n"

  @Test func trainingReadsFiveFilesInOrder() throws {
    let folder = try TemporaryFolder()
    for file in 1...5 {
      let labels = [[UInt8(file)], [UInt8(file + 4)]]
      try folder.write(Self.records(labels), to: "data_batch_\(file).bin")
    }
    try folder.write(Self.names, to: "batches.meta.txt")
    let dataset = try folder.open("cifar10", split: .train)
    #expect(dataset.labels == [1, 5, 2, 6, 3, 7, 4, 8, 5, 9])
    #expect(dataset.classNames == (0..<10).map { "class\($0)" })
    #expect(dataset.name == "CIFAR-10 train")
    let size = Shape.map(3, 32, 32)
    let rgb = try dataset.pixels(at: 9, shape: size, preprocessing: .bytes)
    #expect(rgb == (0..<3072).map { UInt8((1 + $0) % 251) })
    let bgr = try dataset.pixels(at: 9, shape: size, preprocessing: .bytes.ordered(.bgr))
    #expect(bgr == Array(rgb[2048...] + rgb[1024..<2048] + rgb[..<1024]))
    let grey = try dataset.pixels(at: 9, shape: .map(1, 32, 32), preprocessing: .greyBytes)
    let expected = (0..<1024).map {
      (0.299 * Double(rgb[$0]) + 0.587 * Double(rgb[$0 + 1024]) + 0.114 * Double(rgb[$0 + 2048]))
    }
    #expect(zip(grey, expected).allSatisfy { abs(Double($0) - $1) <= 0.51 })
  }

  @Test func hundredTakesTheFineLabelAndNamesClassesByNumberWithoutAFile() throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.records([[19, 99], [0, 7]]), to: "cifar-100-binary/test.bin")
    let dataset = try folder.open("cifar100")
    #expect(dataset.labels == [99, 7])
    #expect(dataset.classNames == (0..<100).map(String.init))
  }

  @Test func aTruncatedFileIsNamedWithTheByte() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write(Self.records([[1], [2]]).dropLast(5), to: "test_batch.bin")
    #expect(
      throws: DataError.truncated(
        file: file, offset: 3073, expected: "records of 3073 bytes", found: "3068 bytes")
    ) { try folder.open("cifar10") }
    try folder.write([UInt8](), to: "test_batch.bin")
    #expect(
      throws: DataError.truncated(
        file: file, offset: 0, expected: "records of 3073 bytes", found: "0 bytes")
    ) { try folder.open("cifar10") }
  }

  @Test func aWrongLabelIsNamedWithTheByte() throws {
    let folder = try TemporaryFolder()
    let ten = try folder.write(Self.records([[1], [10]]), to: "test_batch.bin")
    #expect(
      throws: DataError.format(
        file: ten, offset: 3073, expected: "a label of 0 to 9", found: "10")
    ) { try folder.open("cifar10") }
    let hundred = try folder.write(Self.records([[1, 100]]), to: "test.bin")
    #expect(
      throws: DataError.format(
        file: hundred, offset: 1, expected: "a label of 0 to 99", found: "100")
    ) { try folder.open("cifar100") }
  }

  @Test func aMissingFileIsNamed() throws {
    let folder = try TemporaryFolder()
    #expect(
      throws: DataError.notFound(.cifar10, folder: folder.url.path, file: "test_batch.bin")
    ) { try folder.open("cifar10") }
    for file in [1, 2, 4] {
      try folder.write(Self.records([[1]]), to: "data_batch_\(file).bin")
    }
    #expect(
      throws: DataError.notFound(.cifar10, folder: folder.url.path, file: "data_batch_3.bin")
    ) { try folder.open("cifar10", split: .train) }
    #expect(message { _ = try folder.open("cifar10") }.contains("binary version of CIFAR-10"))
  }

  @Test func aFileOfTooFewNamesIsNamed() throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.records([[1]]), to: "test_batch.bin")
    let names = try folder.write("airplane\nbird\n", to: "batches.meta.txt")
    #expect(
      throws: DataError.line(file: names, line: 2, expected: "10 class names", found: "2")
    ) { try folder.open("cifar10") }
  }

  @Test func imagesOfOneSizeRefuseOtherSizes() throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.records([[1]]), to: "test_batch.bin")
    let dataset = try folder.open("cifar10")
    let size = Shape.map(3, 32, 32)
    #expect(
      throws: DataError.size(dataset: "CIFAR-10 test", expected: .map(3, 28, 32), found: size)
    ) { try dataset.pixels(at: 0, shape: .map(3, 28, 32), preprocessing: .bytes) }
    #expect(
      throws: DataError.resize(dataset: "CIFAR-10 test", size: size, shorterSide: 40)
    ) { try dataset.pixels(at: 0, shape: size, preprocessing: .bytes.resized(to: 40)) }
    #expect(
      try dataset.pixels(at: 0, shape: size, preprocessing: .bytes.resized(to: 32)).count == 3072)
  }

  @Test func aLimitTakesTheFirstForTestAndAShuffledPrefixForTraining() throws {
    let folder = try TemporaryFolder()
    let labels = (0..<40).map { [UInt8($0 % 10)] }
    try folder.write(Self.records(labels), to: "test_batch.bin")
    for file in 1...5 { try folder.write(Self.records(labels), to: "data_batch_\(file).bin") }
    #expect(try folder.open("cifar10", limit: 12).labels == (0..<12).map { $0 % 10 })
    #expect(try folder.open("cifar10", limit: 1000).count == 40)
    let small = try folder.open("cifar10", split: .train, limit: 20)
    let large = try folder.open("cifar10", split: .train, limit: 50)
    #expect(small.count == 20 && large.count == 50)
    #expect(Array(large.labels.prefix(20)) == small.labels)
    #expect(small.labels != (0..<20).map { $0 % 10 })
    let specification = try DatasetSpecification(parsing: "cifar10:\(folder.url.path)")
    let other = try specification.open(split: .train, limit: 50, seed: 1)
    #expect(other.labels != large.labels)
  }
}

import Foundation
import SignetData
import SignetModel
import Testing

/// Skipped where the data is not installed.
@Suite struct RealDataTests {
  private static let cifar = Place.shared("cifar-10-batches-bin")
  private static let photos = Place.shared("imagenet-val-650/labels.txt")
  private static let fashionFolder = URL(fileURLWithPath: "/usr/share/datasets/fashion-mnist")

  @Test(.enabled(if: cifar != nil, "CIFAR-10 is not beside the repository"))
  func theTestSetOfCIFARHasAThousandImagesPerClass() throws {
    let folder = try #require(Self.cifar)
    let dataset = try DatasetSpecification(parsing: "cifar10:\(folder.path)")
      .open(split: .test)
    #expect(dataset.count == 10_000)
    let counts = dataset.labels.reduce(into: [Int: Int]()) { $0[$1, default: 0] += 1 }
    #expect(counts == Dictionary(uniqueKeysWithValues: (0..<10).map { ($0, 1000) }))
    #expect(dataset.classNames.first == "airplane" && dataset.classNames.last == "truck")
  }

  @Test(.enabled(if: Place.exists(fashionFolder), "Fashion-MNIST is not installed"))
  func fashionMNISTIsReadFromWhereDebianPutsIt() throws {
    let dataset = try DatasetSpecification(parsing: "fashion-mnist").open(split: .test)
    #expect(dataset.count == 10_000)
    #expect(dataset.labels[0] == 9 && dataset.classNames[9] == "Ankle boot")
    let counts = dataset.labels.reduce(into: [Int: Int]()) { $0[$1, default: 0] += 1 }
    #expect(counts.values.allSatisfy { $0 == 1000 })
    let first = try dataset.pixels(
      at: 0, shape: .map(1, 28, 28), preprocessing: .fashionMNIST)
    #expect(first.count == 784 && first[0] == 0 && first.contains { $0 > 200 })
  }

  @Test(.enabled(if: photos != nil, "the photos are not beside the repository"))
  func photosOfAListAreDecoded() throws {
    let list = try #require(Self.photos)
    let dataset = try DatasetSpecification(parsing: "imagelist:\(list.path)")
      .open(split: .test, limit: 6)
    var batches: [Batch] = []
    let iterator = BatchLoader(
      dataset: dataset, shape: .map(3, 64, 64), preprocessing: .imagenet.resized(to: 72),
      batchSize: 2
    ).batches(epoch: 0)
    while let batch = try iterator.next() { batches.append(batch) }
    #expect(batches.map(\.count) == [2, 2, 2])
    let images = batches.flatMap(\.images)
    let mean = images.reduce(0, +) / Float(images.count)
    #expect(images.allSatisfy { $0.isFinite && abs($0) < 3 } && abs(mean) < 1.5)
  }
}

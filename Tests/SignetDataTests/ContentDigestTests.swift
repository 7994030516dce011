import Foundation
import SignetModel
import Testing

@testable import SignetData

/// What a checkpoint knows its images by.
@Suite struct ContentDigestTests {
  private func digest(_ set: any ImageDataset) -> String {
    set.contentDigest(of: Array(0..<set.count))
  }

  private func idx(_ folder: TemporaryFolder, pixel: UInt8 = 9, label: UInt8 = 1) throws {
    let images: [UInt8] = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 7, 7, 7, pixel]
    try folder.write(images, to: "train-images-idx3-ubyte")
    try folder.write([0, 0, 8, 1, 0, 0, 0, 2, 0, label], to: "train-labels-idx1-ubyte")
  }

  @Test func setsInMemoryAreKnownByTheirBytes() throws {
    let folder = try TemporaryFolder()
    try idx(folder)
    let set = try folder.open("fashion-mnist", split: .train)
    #expect(
      set.sourceFiles.map(\.lastPathComponent).sorted() == [
        "train-images-idx3-ubyte", "train-labels-idx1-ubyte",
      ])
    try idx(folder)
    #expect(digest(try folder.open("fashion-mnist", split: .train)) == digest(set))
    try idx(folder, pixel: 8)
    let other = try folder.open("fashion-mnist", split: .train)
    #expect(digest(other) != digest(set))
    // Only the second image differs, and only images that are asked for count.
    #expect(other.contentDigest(of: [0]) == set.contentDigest(of: [0]))
    #expect(other.contentDigest(of: [1]) != set.contentDigest(of: [1]))
    try idx(folder, label: 2)
    #expect(digest(try folder.open("fashion-mnist", split: .train)) != digest(set))
  }

  @Test func filesAreKnownByPathSizeAndTime() throws {
    let folder = try TemporaryFolder()
    try folder.write([1, 2, 3], to: "a/0.png")
    try folder.write([4, 5], to: "b/0.png")
    try folder.write("a/0.png 0\nb/0.png 1\n", to: "list.txt")
    for (kind, name) in [("imagefolder", ""), ("imagelist", "list.txt")] {
      let set = try folder.open(kind, name)
      let before = digest(set)
      #expect(digest(try folder.open(kind, name)) == before)
      try folder.write([4, 5, 6], to: "b/0.png")
      #expect(digest(set) != before)
      #expect(set.contentDigest(of: [0]) != before)
      let first = set.contentDigest(of: [0])
      let file = folder.url.appendingPathComponent("a/0.png")
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSince1970: kind == "imagefolder" ? 1e9 : 2e9)],
        ofItemAtPath: file.path)
      #expect(set.contentDigest(of: [0]) != first)
      try folder.write([4, 5], to: "b/0.png")
    }
    #expect(try folder.open("imagelist", "list.txt").sourceFiles.count == 3)
  }

  @Test func partsAndMatchedSetsHaveTheirBases() throws {
    let folder = try TemporaryFolder()
    for image in 0..<6 { try folder.write([1, 2, 3], to: "\(image % 2)/\(image).png") }
    let set = try folder.open("imagefolder")
    let held = set.holdingOut(share: 0.34, seed: 1)
    let validation = try #require(held.validation)
    #expect(digest(held.training) != digest(validation))
    #expect(validation.sourceFiles.count == 6)
    let before = (digest(held.training), digest(validation))
    // One of the files of either part grows.
    try folder.write([1, 2, 3, 4], to: "0/0.png")
    let after = (digest(held.training), digest(validation))
    #expect((before.0 == after.0) != (before.1 == after.1))

    let matched = try set.matched(to: ["1", "0"], count: 2)
    #expect(digest(matched) == digest(set) && matched.sourceFiles == set.sourceFiles)
    let named = try TemporaryFolder()
    for name in ["cat", "dog"] { try named.write([1], to: "\(name)/0.png") }
    let pets = try named.open("imagefolder")
    let turned = try pets.matched(to: ["dog", "cat"], count: 2)
    #expect(turned.labels == [1, 0])
    #expect(digest(turned) == digest(pets) && turned.sourceFiles == pets.sourceFiles)
  }

  @Test func otherSetsHaveTheirLabels() {
    #expect(digest(CountingImages(count: 3)) != digest(CountingImages(count: 4)))
    #expect(CountingImages(count: 3).sourceFiles.isEmpty)
  }
}

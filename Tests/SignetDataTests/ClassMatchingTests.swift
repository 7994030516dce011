import SignetData
import SignetModel
import Testing

/// A set of nothing but labels.
private struct NamedClasses: ImageDataset {
  let classNames: [String]
  var labels: [Int] { Array(classNames.indices) }
  var count: Int { classNames.count }
  var name: String { "pets" }

  func pixels(at index: Int, shape: Shape, preprocessing: Preprocessing) throws(DataError)
    -> [UInt8]
  { [UInt8(index)] }
}

@Suite struct ClassMatchingTests {
  private func match(
    _ own: [String], _ names: [String], count: Int? = nil, by matching: ClassMatching = .name
  ) throws -> (labels: [Int], remarks: [ClassMatching.Remark]) {
    var remarks: [ClassMatching.Remark] = []
    let matched = try NamedClasses(classNames: own).matched(
      to: names, count: count ?? names.count, by: matching, remark: { remarks.append($0) })
    #expect(try matched.pixels(at: 1, shape: .map(1, 1, 1), preprocessing: .bytes) == [1])
    return (matched.labels, remarks)
  }

  @Test func namesInAnotherOrderAreFound() throws {
    let (labels, remarks) = try match(["cat", "dog", "eel"], ["eel", "cat", "dog"])
    #expect(labels == [1, 2, 0])
    #expect(remarks == [.reordered(dataset: "pets")])
    let (same, none) = try match(["cat", "dog"], ["cat", "dog"])
    #expect(same == [0, 1] && none == [])
    let byOrder = try match(["cat", "dog", "eel"], ["eel", "cat", "dog"], by: .order)
    #expect(byOrder.labels == [0, 1, 2])
  }

  @Test func foldersMayBeSpelledAsFileSystemsLikeIt() throws {
    #expect(
      try match(["Great_White", "tabby-cat"], ["tabby cat", "great white"]).labels == [1, 0])
  }

  @Test func someOfTheModelsClassesAreMatchedAndCounted() throws {
    let (labels, remarks) = try match(["dog", "eel"], ["ant", "dog", "cat", "eel"])
    #expect(labels == [1, 3])
    #expect(
      remarks == [.counts(dataset: "pets", classes: 2, network: 4), .reordered(dataset: "pets")])
    #expect("\(remarks[0])" == "pets has 2 classes, the model 4")
  }

  @Test func otherNamesAreTakenByOrderAndSaid() throws {
    let (labels, remarks) = try match(["n01", "n02"], ["tench", "goldfish"])
    #expect(labels == [0, 1])
    #expect(
      remarks == [
        .otherNames(dataset: "pets", found: ["n01", "n02"], expected: ["tench", "goldfish"])
      ])
    // One is spelled otherwise, the rest stand where they should.
    #expect(try match(["plane", "car"], ["airplane", "car"]).labels == [0, 1])
  }

  @Test func whatCannotBeKnownIsRefused() {
    #expect {
      try match(["car", "airplain", "ship"], ["airplane", "car", "ship"])
    } throws: { error in
      "\(error)"
        == "pets: 1 of its 3 classes are none of the model's: 'airplain'; did you mean 'airplane'? "
        + "(rename them, or take labels in their order with --match-classes order)"
    }
  }

  @Test func withoutNamesOrderCountsAndNumbersAreCompared() throws {
    #expect(try match(["cat", "dog"], [], count: 2).remarks == [])
    #expect(
      try match(["cat", "dog"], [], count: 1000).remarks
        == [.counts(dataset: "pets", classes: 2, network: 1000)])
    // A list of files names no classes.
    let (labels, remarks) = try match(["0", "1"], ["cat", "dog", "eel"])
    #expect(labels == [0, 1] && remarks == [])
    // But folders that are numbers are names where the model has the same.
    let digits = ["0", "1", "10", "2", "3", "4", "5", "6", "7", "8", "9"]
    #expect(try match(digits, (0...10).map(String.init)).labels == [0, 1, 10] + Array(2...9))
  }

  @Test func heldOutImagesAreApartAndChosenBySeed() throws {
    let dataset = CountingImages(count: 100)
    let held = dataset.holdingOut(share: 0.1, seed: 3)
    let validation = try #require(held.validation)
    #expect(held.training.count == 90 && validation.count == 10)
    let first = try (0..<10).map {
      try validation.pixels(at: $0, shape: dataset.size, preprocessing: .bytes)
    }
    let rest = try (0..<90).map {
      try held.training.pixels(at: $0, shape: dataset.size, preprocessing: .bytes)
    }
    let all = try (0..<100).map {
      try dataset.pixels(at: $0, shape: dataset.size, preprocessing: .bytes)
    }
    #expect(Set(first).isDisjoint(with: rest) && Set(first + rest) == Set(all))
    #expect(dataset.holdingOut(share: 0.1, seed: 3).validation?.labels == validation.labels)
    #expect(dataset.holdingOut(share: 0.1, seed: 4).validation?.labels != validation.labels)
    #expect(dataset.holdingOut(share: 0.5, atMost: 7, seed: 3).validation?.count == 7)
    #expect(CountingImages(count: 5).holdingOut(share: 0.1, seed: 3).validation == nil)
  }
}

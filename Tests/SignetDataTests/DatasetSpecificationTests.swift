import SignetData
import Testing

@Suite struct DatasetSpecificationTests {
  @Test func everyKindIsParsedAndPrintedAsWritten() throws {
    for text in [
      "cifar10:/data/cifar", "cifar100:relative/dir", "fashion-mnist", "fashion-mnist:/data/f",
      "imagefolder:a:b", "imagenet:ilsvrc", "imagelist:list.txt", "webdataset:train-{00..99}.tar",
    ] {
      #expect(try DatasetSpecification(parsing: text).description == text)
    }
    #expect(try DatasetSpecification(parsing: "imagefolder:a:b").path == "a:b")
    #expect(try DatasetSpecification(parsing: "fashion-mnist:").path == nil)
  }

  @Test(arguments: [
    ("cifar-10:x", "cifar10"), ("CIFAR10:x", "cifar10"), ("fashionmnist", "fashion-mnist"),
    ("imagefolders:x", "imagefolder"), ("image-list:x", "imagelist"),
  ])
  func aMistypedKindGetsASuggestion(text: String, suggestion: String) {
    let name = String(text.prefix { $0 != ":" })
    #expect(throws: DataError.unknownKind(name: name, suggestion: suggestion)) {
      try DatasetSpecification(parsing: text)
    }
  }

  @Test func anUnknownKindListsTheKnownOnes() {
    #expect(throws: DataError.unknownKind(name: "/data/images", suggestion: nil)) {
      try DatasetSpecification(parsing: "/data/images")
    }
    let text = DataError.unknownKind(name: "x", suggestion: nil).description
    #expect(text.contains("cifar10:DIR") && text.contains("fashion-mnist[:DIR]"))
  }

  @Test(arguments: ["cifar10", "cifar100:", "imagefolder", "imagelist:", "webdataset"])
  func aPathIsNeeded(text: String) throws {
    let kind = try #require(
      DatasetSpecification.Kind(rawValue: String(text.prefix { $0 != ":" })))
    #expect(throws: DataError.missingPath(kind: kind)) {
      try DatasetSpecification(parsing: text)
    }
  }

  @Test func aLimitMustBePositive() throws {
    let specification = try DatasetSpecification(parsing: "imagelist:/nowhere")
    #expect(throws: DataError.option(name: "limit", expected: "at least 1 image", found: "0")) {
      _ = try specification.open(split: .test, limit: 0)
    }
  }
}

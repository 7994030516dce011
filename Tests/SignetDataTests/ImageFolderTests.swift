import Foundation
import SignetData
import SignetModel
import Testing

@Suite struct ImageFolderTests {
  private let folder: TemporaryFolder
  private let png: [UInt8]

  init() throws {
    folder = try TemporaryFolder()
    png = try Place.fixture("rgb.png")
  }

  @Test func classesAndFilesAreSortedByCodePoint() throws {
    for name in ["zebra/2.png", "zebra/10.PNG", "Ape/x.jpeg", "ape/sub/a.png", "ape/z.jpg"] {
      try folder.write(png, to: name)
    }
    try folder.write("no image", to: "ape/notes.txt")
    try folder.write("no image", to: "README.md")
    try folder.write(png, to: ".hidden/a.png")
    let dataset = try folder.open("imagefolder", split: .train)
    #expect(dataset.classNames == ["Ape", "ape", "zebra"])
    #expect(dataset.labels == [0, 1, 1, 2, 2])
    let shape = Shape.map(3, 4, 4)
    #expect(try dataset.pixels(at: 4, shape: shape, preprocessing: .bytes).count == 48)
  }

  @Test func partsAreFoundByName() throws {
    for name in ["train/a/1.png", "train/b/1.png", "train/b/2.png", "val/a/1.png"] {
      try folder.write(png, to: name)
    }
    #expect(try folder.open("imagefolder", split: .train).labels == [0, 1, 1])
    #expect(try folder.open("imagefolder", split: .test).labels == [0])
    for name in ["test/c/1.png", "test/d/1.png"] { try folder.write(png, to: name) }
    #expect(try folder.open("imagefolder", split: .test).classNames == ["c", "d"])
  }

  @Test func aMissingPartIsAnErrorNotAClass() throws {
    try folder.write(png, to: "train/a/1.png")
    #expect(throws: DataError.missingSplit(folder: folder.url.path, split: .test)) {
      try folder.open("imagefolder", split: .test)
    }
  }

  @Test(arguments: ["train", "test", "val"])
  func aClassMayBeNamedLikeAPart(name: String) throws {
    for file in ["\(name)/1.png", "apple/1.png", "zebra/1.png", "zebra/2.png"] {
      try folder.write(png, to: file)
    }
    for split in Split.allCases {
      let dataset = try folder.open("imagefolder", split: split)
      #expect(dataset.classNames == ["apple", name, "zebra"].sorted())
      #expect(dataset.count == 4)
    }
    // And so it may inside a part.
    for file in ["set/train/\(name)/1.png", "set/train/b/1.png", "set/test/b/1.png"] {
      try folder.write(png, to: file)
    }
    #expect(
      try folder.open("imagefolder", "set", split: .train).classNames == ["b", name].sorted())
    #expect(try folder.open("imagefolder", "set", split: .test).count == 1)
  }

  @Test func linksInCirclesCountEveryImageOnce() throws {
    for name in ["cat/1.png", "cat/deep/2.png", "dog/1.png"] { try folder.write(png, to: name) }
    let manager = FileManager.default
    for (link, target) in [
      ("cat/self", "cat"), ("cat/deep/up", "cat"), ("cat/deep/root", ""), ("cat/again", "cat/deep"),
    ] {
      try manager.createSymbolicLink(
        at: folder.url.appendingPathComponent(link),
        withDestinationURL: folder.url.appendingPathComponent(target))
    }
    let dataset = try folder.open("imagefolder")
    #expect(dataset.classNames == ["cat", "dog"])
    #expect(dataset.labels == [0, 0, 1])
  }

  @Test func imagesWithoutFoldersHaveNoLabels() throws {
    for name in ["b.png", "a.jpg", "notes.txt"] { try folder.write(png, to: name) }
    let dataset = try folder.open("imagefolder")
    #expect(!dataset.isLabelled && dataset.labels == [0, 0] && dataset.classNames == [])
    let held = dataset.holdingOut(share: 0.5, seed: 1)
    #expect(!held.training.isLabelled && held.validation?.isLabelled == false)
  }

  @Test func emptyFoldersAndNoFoldersAreNamed() throws {
    #expect(
      throws: DataError.empty(
        path: folder.url.path, expected: "images, or one folder of images per class")
    ) { try folder.open("imagefolder") }
    try folder.write("x", to: "cat/notes.txt")
    #expect(
      throws: DataError.empty(
        path: folder.url.appendingPathComponent("cat").path,
        expected: "images of the class 'cat'")
    ) { try folder.open("imagefolder") }
    let text = message { _ = try folder.open("imagefolder", "nowhere") }
    #expect(text.hasSuffix("nowhere: expected a folder that can be read"))
  }

  @Test func aLimitMixesTheClasses() throws {
    for name in ["a", "b"] {
      for index in 0..<20 { try folder.write(png, to: "\(name)/\(index).png") }
    }
    let labels = try folder.open("imagefolder", limit: 20).labels
    #expect(labels.contains(0) && labels.contains(1))
  }

  @Test func aMislabelledFileIsNamedWhenItIsRead() throws {
    let gif = try folder.write("GIF89a…", to: "a/picture.jpg")
    let dataset = try folder.open("imagefolder")
    #expect(throws: DataError.image(file: gif, .unknownFormat(found: "GIF"))) {
      try dataset.pixels(at: 0, shape: .map(3, 4, 4), preprocessing: .bytes)
    }
  }
}

@Suite struct ImageListTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  @Test func pathsAreRelativeToTheListAndMayHoldBlanks() throws {
    let png = try Place.fixture("rgb.png")
    try folder.write(png, to: "images/one two.png")
    let absolute = try folder.write(png, to: "b.png")
    try folder.write(
      "# path label\n\nimages/one two.png 3\r\n  \(absolute)\t0  \n", to: "list.txt")
    let dataset = try folder.open("imagelist", "list.txt")
    #expect(dataset.labels == [3, 0])
    #expect(dataset.classNames == ["0", "1", "2", "3"])
    let shape = Shape.map(3, 29, 37)
    let first = try dataset.pixels(at: 0, shape: shape, preprocessing: .bytes)
    #expect(try dataset.pixels(at: 1, shape: shape, preprocessing: .bytes) == first)
  }

  @Test(arguments: [
    ("a.png 1\nb.png", 2, "'path label'", "'b.png'"),
    ("#\n\na.png cat", 3, "a label of 0 to 1048575 after the path", "'cat'"),
    ("a.png -1\n", 1, "a label of 0 to 1048575 after the path", "'-1'"),
    ("a.png 0\nb.png 1048576\n", 2, "a label of 0 to 1048575 after the path", "'1048576'"),
    (
      "a.png 99999999999999999999", 1, "a label of 0 to 1048575 after the path",
      "'99999999999999999999'"
    ),
  ])
  func aWrongLineIsNamedWithItsNumber(
    text: String, line: Int, expected: String, found: String
  ) throws {
    let file = try folder.write(text, to: "list.txt")
    #expect(
      throws: DataError.line(file: file, line: line, expected: expected, found: found)
    ) { try folder.open("imagelist", "list.txt") }
  }

  @Test func missingAndEmptyListsAndImagesAreNamed() throws {
    let text = message { _ = try folder.open("imagelist", "none.txt") }
    #expect(text.hasSuffix("none.txt: No such file or directory"))
    let empty = try folder.write("# nothing\n", to: "empty.txt")
    #expect(throws: DataError.empty(path: empty, expected: "lines of 'path label'")) {
      try folder.open("imagelist", "empty.txt")
    }
    try folder.write("gone.png 1", to: "list.txt")
    let dataset = try folder.open("imagelist", "list.txt")
    let path = folder.url.appendingPathComponent("gone.png").path
    #expect(
      throws: DataError.unreadable(path: path, reason: "No such file or directory")
    ) { try dataset.pixels(at: 0, shape: .map(3, 4, 4), preprocessing: .bytes) }
  }

  @Test func aByteOrderMarkIsNoPartOfThePath() throws {
    let png = try folder.write(Place.fixture("rgb.png"), to: "a.png")
    try folder.write([0xef, 0xbb, 0xbf] + Array("\(png) 1\n".utf8), to: "list.txt")
    let dataset = try folder.open("imagelist", "list.txt")
    #expect(
      try dataset.pixels(at: 0, shape: .map(3, 29, 37), preprocessing: .bytes).count == 3219)
  }

  @Test func aFolderIsNoFile() throws {
    let text = message { _ = try folder.open("imagelist") }
    #expect(text.contains("expected a file"))
  }
}

import Foundation
import SignetModel
import Testing

@testable import SignetData

/// ILSVRC-2012 as it is handed out. `meta.mat` was written by SciPy, compressed; `meta-plain.mat` is the
/// same without compression.
@Suite struct ImageNetTests {
  private let folder: TemporaryFolder
  private let png: [UInt8]

  init() throws {
    folder = try TemporaryFolder()
    png = try Place.fixture("rgb.png")
    for name in ["n01440764/n01440764_10.JPEG", "n02100735/a.JPEG", "n02119789/b.JPEG"] {
      try folder.write(png, to: "train/" + name)
    }
  }

  private static func kit(_ name: String) throws -> [UInt8] {
    let file = Place.images.deletingLastPathComponent().appendingPathComponent("imagenet/\(name)")
    return Array(try Data(contentsOf: file))
  }

  private func addValidation(_ count: Int, in folder: String = "val") throws {
    for number in 1...count {
      try self.folder.write(png, to: "\(folder)/ILSVRC2012_val_0000000\(number).JPEG")
    }
  }

  private func addKit(_ numbers: [Int], _ table: [UInt8]) throws {
    let kit = "ILSVRC2012_devkit_t12/data/"
    try folder.write(table, to: kit + "meta.mat")
    try folder.write(
      numbers.map { "\($0)\n" }.joined(), to: kit + "ILSVRC2012_validation_ground_truth.txt")
  }

  @Test(arguments: ["meta.mat", "meta-plain.mat"])
  func theDevelopmentKitLabelsValidationImages(table: String) throws {
    try addValidation(4)
    try addKit([3, 1, 2, 1], Self.kit(table))
    let training = try folder.open("imagenet", split: .train)
    #expect(training.classNames == ["n01440764", "n02100735", "n02119789"])
    #expect(training.labels == [0, 1, 2])
    let test = try folder.open("imagenet", split: .test)
    // The kit's numbers are in another order than the sorted synsets.
    #expect(test.classNames == training.classNames)
    #expect(test.labels == [0, 2, 1, 2])
    #expect(test.isLabelled)
    #expect(test.file(at: 1)?.url.lastPathComponent == "ILSVRC2012_val_00000002.JPEG")
    #expect(test.sourceFiles.count == 6)
    let specification = try DatasetSpecification(parsing: "imagenet:\(folder.url.path)")
    #expect(try specification.hasTestSplit())
  }

  @Test func aListLabelsValidationImages() throws {
    try addValidation(3, in: "Data/CLS-LOC/val")
    try folder.write(
      """
      ImageId,PredictionString
      ILSVRC2012_val_00000003,n02119789 85 1 499 272 n02119789 1 2 3 4
      ILSVRC2012_val_00000001,n02100735 1 2 3 4
      ILSVRC2012_val_00000002,n01440764 1 2 3 4
      """, to: "LOC_val_solution.csv")
    let test = try folder.open("imagenet", split: .test)
    #expect(test.classNames == ["n01440764", "n02100735", "n02119789"])
    #expect(test.labels == [1, 0, 2])
  }

  @Test func validationImagesInFoldersNeedNothingElse() throws {
    try folder.write(png, to: "val/n01440764/x.JPEG")
    try folder.write(png, to: "val/n02119789/y.JPEG")
    #expect(try folder.open("imagenet", split: .test).labels == [0, 1])
  }

  @Test func whatIsMissingIsNamed() throws {
    func problem(_ split: Split = .test) -> String {
      message { _ = try folder.open("imagenet", split: split) }
    }
    #expect(problem().contains("expected the file val or ILSVRC2012_img_val there"))
    try addValidation(2)
    #expect(problem().contains("ILSVRC2012_validation_ground_truth.txt, LOC_val_solution.csv or"))
    try addKit([3], Self.kit("meta.mat"))
    #expect(problem().contains("2") && problem().contains("ground_truth.txt"))
    try addKit([3, 1001], Self.kit("meta.mat"))
    #expect(
      problem().contains("line 2: expected the number of a synset of meta.mat, found '1001'"))
    try addKit([3, 1], Array(Self.kit("meta.mat").prefix(200)))
    #expect(problem().contains("meta.mat"))
  }

  /// Damaged tables are errors, whatever the damage.
  @Test(arguments: ["meta.mat", "meta-plain.mat"])
  func damagedTablesAreRefusedOrRead(table: String) throws {
    let bytes = try Self.kit(table)
    let whole = try MATFile(bytes, file: "meta.mat").structures(named: "synsets")
    #expect(whole.count == 5)
    #expect(whole[3]["WNID"] == .text("n02083346"))
    #expect(whole[3]["num_children"] == .number(2))
    #expect(whole[0]["words"] == .text("kit fox, Vulpes macrotis"))
    var refused = 0
    for place in bytes.indices {
      for value: UInt8 in [0, 0x7f, 0xff] where bytes[place] != value {
        var damaged = bytes
        damaged[place] = value
        do {
          _ = try MATFile(damaged, file: "meta.mat").structures(named: "synsets")
        } catch {
          refused += 1
        }
      }
      // Read or refused, cut off anywhere.
      _ = try? MATFile(Array(bytes.prefix(place)), file: "meta.mat").structures(named: "synsets")
    }
    #expect(refused > 100)
    #expect(throws: DataError.self) {
      try MATFile(bytes, file: "meta.mat").structures(named: "none")
    }
  }
}

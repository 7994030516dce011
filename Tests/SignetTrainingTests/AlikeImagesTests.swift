import Foundation
import SignetData
import SignetModel
import Testing
import Torch

@testable import SignetTraining

/// Images that say nothing are named, and cost no more than others.
@Suite struct AlikeImagesTests {
  private func warnings(
    _ data: any ImageDataset, _ change: (inout BinarizationOptions) -> Void = { _ in }
  ) throws -> [BinarizationWarning] {
    var options = BinarizationOptions(images: 24, heldOutImages: 0, effort: .paper)
    change(&options)
    var warnings: [BinarizationWarning] = []
    _ = try Binarizer(options: options).run(
      Tiny.model(), dataset: data, warned: { warnings.append($0) })
    return warnings
  }

  @Test func imagesThatAreAllAlikeAreNamedOnce() throws {
    #expect(try warnings(FlatDataset(count: 40, last: 0)) == [.imagesAlike(count: 24)])
    #expect(
      try warnings(FlatDataset(count: 40, last: 0)) { $0.measuresSensitivity = true }
        == [.imagesAlike(count: 24)])
    // A hundredth of the range is noise; more is another image.
    #expect(try warnings(FlatDataset(count: 24, last: 2)) == [.imagesAlike(count: 24)])
    #expect(try warnings(FlatDataset(count: 24, last: 9)).isEmpty)
    #expect(try warnings(QuarterDataset(count: 40)).isEmpty)
    #expect(try warnings(FlatDataset(count: 40, last: 0)) { $0.images = 1 }.isEmpty)
    #expect("\(BinarizationWarning.imagesAlike(count: 24))".contains("images are all alike (24"))
  }
}

/// Images of one grey, the last of which is another.
private struct FlatDataset: ImageDataset {
  let count: Int
  let last: UInt8
  var labels: [Int] { Array(repeating: 0, count: count) }
  let classNames = ["0"]
  let name = "flat"

  func pixels(
    at index: Int, shape: Shape, preprocessing: Preprocessing
  ) throws(DataError) -> [UInt8] {
    [UInt8](repeating: index == count - 1 ? last : 0, count: shape.elementCount)
  }
}

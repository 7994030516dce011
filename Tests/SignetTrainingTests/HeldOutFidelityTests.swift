import Foundation
import SignetData
import SignetModel
import Testing
import Torch

@testable import SignetTraining

/// What a binarization says of the network it leaves, from images that calibrated nothing.
@Suite struct HeldOutFidelityTests {
  private let data = QuarterDataset(count: 40)

  private func options(
    _ change: (inout BinarizationOptions) -> Void = { _ in }
  ) -> BinarizationOptions {
    var options = BinarizationOptions(images: 24, batchSize: 10, seed: 4, effort: .paper)
    change(&options)
    return options
  }

  /// The last images as the seed shuffles them.
  private func heldOut(_ count: Int) throws -> Tensor {
    let batches = BatchLoader(
      dataset: data, shape: Tiny.shape, preprocessing: Tiny.preprocessing, batchSize: 40,
      shuffleSeed: 4
    ).batches(epoch: 0)
    let batch = try #require(try batches.next())
    let size = Tiny.shape.elementCount
    return try Tensor(Array(batch.images.suffix(count * size)), shape: [count, 3, 8, 8])
  }

  private func agreement(_ model: Model, _ other: Model, _ images: Tensor) throws -> Double {
    let (left, right) = (
      try Executor(model: model).forward(images).argmax(1).toInt64s(),
      try Executor(model: other).forward(images).argmax(1).toInt64s()
    )
    return 100 * Double(zip(left, right).filter { $0 == $1 }.count) / Double(left.count)
  }

  @Test func agreementIsThatOnTheImagesHeldOut() throws {
    let model = try Tiny.model()
    let result = try Binarizer(options: options()).run(model, dataset: data)
    let results = try #require(result.provenance.steps.last?.results)
    let images = try heldOut(16)
    #expect(results["heldOutImages"] == 16)
    #expect(try results["agreement"] == agreement(model, result, images))
    let signs = try Binarizer(options: options { $0.method = .bwn }).run(model, dataset: nil)
    #expect(try results["agreementOfSigns"] == agreement(model, signs, images))
    let (y, other) = (
      try Executor(model: model).forward(images), try Executor(model: result).forward(images)
    )
    let error = try (y - other).square().sum().item()
    let spread = try (y - y.mean([0], keepDimensions: true)).square().sum().item()
    let fidelity = try #require(results["fidelity"])
    #expect(abs(fidelity - 100 * (1 - error / spread)) < 1e-3 * (1 + abs(fidelity)))
    #expect(fidelity > (try #require(results["fidelityOfSigns"])))
  }

  @Test func outputsThatBelongToNoClassHaveFidelityAlone() throws {
    let plain = try Tiny.model()
    let model = try plain.with(outputKind: .values)
    let results = try #require(
      try Binarizer(options: options()).run(model, dataset: data).provenance.steps.last?.results)
    #expect(Set(results.keys) == ["heldOutImages", "fidelity", "fidelityOfSigns"])
  }

  @Test func imagesHeldOutCalibrateNothing() throws {
    let model = try Tiny.model()
    func run(_ images: RecordedDataset, _ heldOut: Int) throws -> Model {
      try Binarizer(
        options: options {
          $0.heldOutImages = heldOut
          $0.threads = 1
        }
      ).run(model, dataset: images)
    }
    let (without, with) = (RecordedDataset(data), RecordedDataset(data))
    let plain = try run(without, 0)
    let measured = try run(with, 16)
    #expect(plain.weights == measured.weights)
    #expect(plain.provenance.steps.last?.results == [:])
    // Twice for what the places count and for the sums, once for the result.
    #expect(with.reads.values.filter { $0 == 2 }.count == 24)
    #expect(with.reads.values.filter { $0 == 1 }.count == 16)
  }

  @Test func theShareOfChangedCodesIsThatOfTheSigns() throws {
    let model = try Tiny.model()
    let result = try Binarizer(options: options()).run(model, dataset: data)
    for record in result.provenance.layerRecords {
      let weight = try #require(model.weights["\(record.name).weight"]?.floats)
      let codes = try #require(result.weights["\(record.name).weight"]?.codes?.signs)
      let changed = zip(weight, codes).filter { ($0 < 0 ? -1 : 1) != $1 }.count
      #expect(record.changedCodes == Double(changed) / Double(weight.count))
      #expect(changed > 0)
    }
  }
}

/// Counts how often each image is read.
private final class RecordedDataset: ImageDataset, @unchecked Sendable {
  private let base: QuarterDataset
  private let lock = NSLock()
  private var counts: [Int: Int] = [:]

  init(_ base: QuarterDataset) { self.base = base }

  var reads: [Int: Int] { lock.withLock { counts } }
  var count: Int { base.count }
  var labels: [Int] { base.labels }
  var classNames: [String] { base.classNames }
  var name: String { base.name }

  func pixels(
    at index: Int, shape: Shape, preprocessing: Preprocessing
  ) throws(DataError) -> [UInt8] {
    lock.withLock { counts[index, default: 0] += 1 }
    return try base.pixels(at: index, shape: shape, preprocessing: preprocessing)
  }
}

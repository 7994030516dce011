import Foundation
import SignetData
import SignetHashing
import SignetModel
import Testing
import Torch

@testable import SignetTraining

/// The same bytes whatever the threads, and whatever the memory as long as the same images are taken.
@Suite struct ReproducibilityTests {
  private let data = QuarterDataset(count: 120)

  private func file(
    _ model: Model, _ change: (inout BinarizationOptions) -> Void = { _ in }
  ) throws -> Data {
    var options = BinarizationOptions(
      images: 100, heldOutImages: 20, batchSize: 16, effort: .starts)
    change(&options)
    let result = try Binarizer(options: options).run(model, dataset: data)
    return try withTemporaryFolder { folder in
      let file = folder.appendingPathComponent("binary.signet")
      try result.write(to: file)
      return try Data(contentsOf: file)
    }
  }

  @Test func threadsDoNotShow() throws {
    let model = try Tiny.model()
    let one = try file(model) { $0.threads = 1 }
    #expect(one.count > 1000)
    for threads in [2, 3] {
      #expect(try file(model) { $0.threads = threads } == one, "\(threads) threads")
    }
    #expect(try file(model) { $0.seed = 1 } != one)
  }

  /// Each way through the calibration: all layers binary, several codes, bits chosen, places alike,
  /// places sampled.
  @Test(arguments: 0..<5)
  func threadsDoNotShowInAnyVariant(variant: Int) throws {
    let model = try Tiny.model()
    func made(_ threads: Int) throws -> Data {
      try file(model) {
        $0.threads = threads
        switch variant {
        case 0: $0.keep = .none
        case 1: $0.codes = 2
        case 2: $0.budget = 1.7
        case 3: $0.keepToThePaper()
        default: $0.patchesPerImage = 20
        }
      }
    }
    let one = try made(1)
    #expect(try made(3) == one)
  }

  /// A layer whose sums are too large for each thread to have its own.
  @Test func threadsDoNotShowInALargeLayer() throws {
    var g = GraphBuilder(inputShape: .map(3, 8, 8))
    g.append(
      "conv",
      .convolution(
        Convolution(inputChannels: 3, outputChannels: 32, kernel: Size2D(3), padding: Padding2D(1))),
      g.input)
    g.append("relu", .relu, "conv")
    g.append("flatten", .flatten, "relu")
    let operation = NodeOperation.linear(Linear(inputs: 2048, outputs: 6))
    #expect(!operation.sumsChunksInParallel)
    g.append("fc", operation, "flatten")
    let model = try Tiny.model(graph: g.graph(output: "fc"))
    func large(_ threads: Int) throws -> Data {
      try file(model) {
        $0.keep = .none
        $0.effort = .paper
        $0.threads = threads
      }
    }
    let one = try large(1)
    #expect(try large(2) == one)
    #expect(try large(3) == one)
  }

  @Test func memoryDoesNotShow() throws {
    let model = try Tiny.model()
    #expect(
      try file(model) { $0.memoryBytes = 1 << 30 } == file(model) { $0.memoryBytes = 4 << 30 })
  }

  @Test func whatComputedItIsRecorded() throws {
    let model = try Tiny.model()
    let step = try #require(
      try Binarizer(
        options: BinarizationOptions(images: 32, heldOutImages: 0, effort: .paper)
      ).run(model, dataset: data).provenance.steps.last)
    #expect(step.options["kernels"] == (try Kernels.chosen().instructionSet.rawValue))
    #expect(
      step.options["libtorch"] == "\(TorchSettings.version) \(TorchSettings.processorCapability)")
    #expect(!TorchSettings.processorCapability.isEmpty)
  }

  @Test func theThreadsOfTheCallerAreRestored() throws {
    let before = TorchSettings.threads
    _ = try file(Tiny.model()) { $0.threads = nil }
    #expect(TorchSettings.threads == before)
  }
}

@Suite struct WorkersTests {
  private struct Failed: Error, Equatable {
    let part: Int
  }

  @Test(arguments: [1, 3])
  func theFirstErrorInOrderIsThrown(threads: Int) throws {
    let workers = Workers(threads: threads)
    #expect(try workers.map(2..<40) { $0 * $0 } == (2..<40).map { $0 * $0 })
    #expect(throws: Failed(part: 5)) {
      try workers.forEach(40) { part in
        if part >= 5 { throw Failed(part: part) }
      }
    }
  }

  @Test(arguments: [1, 3])
  func aCancelledRunStartsNoFurtherPart(threads: Int) throws {
    let stopped = Workers(threads: threads, cancellation: .after(checks: 4))
    let parts = Parts()
    #expect {
      try stopped.forEach(40) { parts.add($0) }
    } throws: { error in
      guard case .interrupted(nil) = error as? TrainingError else { return false }
      return true
    }
    #expect(parts.all == [0, 1, 2, 3])
  }

  private final class Parts: @unchecked Sendable {
    private let lock = NSLock()
    private var parts: Set<Int> = []
    var all: Set<Int> { lock.withLock { parts } }
    func add(_ part: Int) { lock.withLock { _ = parts.insert(part) } }
  }

  @Test func partsAreComputedOnOneThread() throws {
    let seen = try Workers(threads: 3).map(0..<12) { _ in TorchSettings.threads }
    #expect(seen.allSatisfy { $0 == 1 })
  }
}

@Suite struct PieceTests {
  @Test func imagesOrRowsArePutTogether() {
    let row = CalibrationLayout.pieceBytes / 10
    #expect(
      Piece.cutting(images: 5, rows: 4, rowBytes: row) == [
        Piece(images: 0..<2, rows: 0..<4), Piece(images: 2..<4, rows: 0..<4),
        Piece(images: 4..<5, rows: 0..<4),
      ])
    #expect(
      Piece.cutting(images: 1, rows: 25, rowBytes: row).map(\.rows) == [0..<10, 10..<20, 20..<25])
    #expect(Piece.cutting(images: 1, rows: 2, rowBytes: 20 * row).map(\.rows) == [0..<1, 1..<2])
  }

  @Test func rowsOfTheMapHaveTheirPatches() throws {
    let convolution = Convolution(
      inputChannels: 4, outputChannels: 2, kernel: Size2D(height: 3, width: 2),
      stride: Size2D(height: 2, width: 1), padding: Padding2D(1),
      dilation: Size2D(height: 2, width: 1), groups: 2)
    let operation = NodeOperation.convolution(convolution)
    let extraction = operation.patchExtractions[1].extraction
    let input = try Tensor(
      Tiny.images(2, shape: .map(4, 11, 5)), shape: [2, 4, 11, 5]
    ).channelsLast()
    let whole = try extraction.patches(of: input)
    let width = 6
    let height = whole.shape[1] / width
    for rows in [0..<1, 1..<height, 2..<3] {
      let some = try extraction.patches(of: input, rows: rows)
      let expected = try whole.narrow(1, start: rows.lowerBound * width, length: rows.count * width)
      #expect(try some.contiguous().toFloats() == expected.contiguous().toFloats())
    }
  }
}

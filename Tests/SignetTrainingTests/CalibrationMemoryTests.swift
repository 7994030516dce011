import Foundation
import SignetData
import SignetHashing
import SignetModel
import Testing
import Torch

@testable import SignetTraining

/// What calibration holds is counted before anything is run, and bounds how many images it takes.
@Suite struct CalibrationMemoryTests {
  private func options(
    _ change: (inout BinarizationOptions) -> Void = { _ in }
  ) -> BinarizationOptions {
    var options = BinarizationOptions(
      keep: .none, images: 24, heldOutImages: 0, batchSize: 10, effort: .paper)
    change(&options)
    return options
  }

  private func memory(_ model: Model, _ options: BinarizationOptions) throws -> CalibrationMemory {
    var options = options
    options.memoryBytes = .max
    return try BinarizationRun(
      options: options, model: model, dataset: QuarterDataset(count: 40), checkpoint: nil
    ).memory
  }

  @Test func activationsAreThoseOfBothNetworks() throws {
    let memory = try memory(Tiny.model(), options { $0.isFisherWeighted = false })
    let stage = try #require(memory.stages.first { $0.layer == "block.conv1" })
    // The second layer reads relu1 in both networks, as the addition will; its output is there in one.
    #expect(stage.activations == 4 * (2 * 512 + 512))
    #expect(stage.bytes(images: 10, .float32) - stage.fixed == 10 * stage.activations)
    #expect(stage.bytes(images: 10, .bfloat16) - stage.fixed == 5 * stage.activations)
    // A Fisher weight for every position of a layer to solve: five maps and two vectors.
    let weighing = try self.memory(Tiny.model(), options())
    let weighed = try #require(weighing.stages.last { $0.layer == "block.conv1" })
    #expect(weighed.others == 4 * (3 * 64 + 2 * 16 + 2))
  }

  @Test func asManyImagesAsFitAreTakenAndTold() throws {
    let model = try Tiny.model()
    let memory = try memory(model, options())
    let limit = memory.peak(images: 20, .bfloat16).bytes
    #expect(memory.images(within: limit, .bfloat16) == 20)
    #expect(memory.images(within: limit - 1, .bfloat16) == 19)
    var told: [CalibrationImages] = []
    let result = try Binarizer(options: options { $0.memoryBytes = limit }).run(
      model, dataset: QuarterDataset(count: 40), began: { told.append($0) })
    #expect(told.map(\.taken) == [20] && told.map(\.asked) == [24])
    #expect(told.first?.activations == .bfloat16)
    guard case .memory(limit, let layer) = told.first?.limit else {
      Issue.record("\(told)")
      return
    }
    #expect(layer == memory.peak(images: 24, .bfloat16).layer)
    let step = try #require(result.provenance.steps.last)
    #expect(step.options["images"] == "20" && step.options["imagesAsked"] == "24")
    #expect(step.options["activations"] == "bfloat16")
  }

  @Test func whatCannotWorkIsSaidBeforeAnyImageIsRead() throws {
    let model = try Tiny.model()
    let memory = try memory(model, options())
    let images = UntouchableDataset(count: 40)
    for (asked, least) in [(24, 16), (5, 5)] {
      let needed = memory.peak(images: least, .bfloat16)
      #expect {
        try Binarizer(
          options: options {
            $0.images = asked
            $0.memoryBytes = needed.bytes - 1
          }
        ).run(model, dataset: images)
      } throws: { error in
        guard
          case .memory(needed.layer, least, needed.bytes, let allowed) = error as? TrainingError
        else { return false }
        return allowed == needed.bytes - 1 && "\(error)".contains("--memory")
      }
    }
    #expect(images.reads.value == 0)
  }

  @Test func anInputTooLargeIsRefusedByItsLayerAtOnce() throws {
    var g = GraphBuilder(inputShape: .map(3, 8192, 8192))
    for (name, input, channels) in [("a", "input", 3), ("b", "a", 8), ("c", "b", 8)] {
      g.append(
        name,
        .convolution(
          Convolution(
            inputChannels: channels, outputChannels: 8, kernel: Size2D(3), padding: Padding2D(1))),
        input)
    }
    let model = try Tiny.model(graph: g.graph(output: "c"))
    let images = UntouchableDataset(count: 40)
    let start = ContinuousClock.now
    #expect {
      try Binarizer(options: options { $0.memoryBytes = 1 << 30 }).run(model, dataset: images)
    } throws: { error in
      guard case .memory(let layer, 16, let needed, _) = error as? TrainingError else {
        return false
      }
      return ["a", "b", "c"].contains(layer) && needed > 16 * 8192 * 8192 * 8 * 2
    }
    #expect(ContinuousClock.now - start < .seconds(1))
    #expect(images.reads.value == 0)
  }

  @Test func someOfTheImagesAreHeldOut() throws {
    let model = try Tiny.model()
    func images(_ asked: Int, of count: Int, heldOut: Int = 500) throws -> CalibrationImages? {
      try BinarizationRun(
        options: options {
          $0.images = asked
          $0.heldOutImages = heldOut
        }, model: model, dataset: QuarterDataset(count: count), checkpoint: nil
      ).set?.images
    }
    let some = try #require(try images(24, of: 40))
    #expect((some.taken, some.heldOut) == (24, 16) && some.limit == nil)
    // Where all are needed, a tenth is spared.
    let all = try #require(try images(40, of: 40))
    #expect((all.taken, all.heldOut) == (36, 4) && all.limit == .dataset)
    let few = try #require(try images(9, of: 9))
    #expect((few.taken, few.heldOut) == (9, 0) && few.limit == nil)
    let limited = try #require(try images(24, of: 40, heldOut: 3))
    #expect((limited.taken, limited.heldOut) == (24, 3))
  }

  @Test func activationsHeldInHalfTheMemoryGiveNearlyTheSame() throws {
    let model = try Tiny.model()
    // Codes alone: what constants leave is small beside the rounding of this tiny network.
    func options(_ bytes: Int) throws -> BinarizationOptions {
      try self.options {
        $0.memoryBytes = bytes
        $0.fitsConstants = false
        $0.scalesInputs = false
      }
    }
    let limit = try memory(model, options(2 << 30)).peak(images: 24, .bfloat16).bytes
    func errors(_ bytes: Int) throws -> [Double] {
      var halved = false
      let errors = try Binarizer(options: options(bytes)).run(
        model, dataset: QuarterDataset(count: 40), began: { halved = $0.activations == .bfloat16 }
      ).provenance.layerRecords.map(\.errorAfter)
      #expect(halved == (bytes == limit))
      return errors
    }
    let (halves, wholes) = (try errors(limit), try errors(2 << 30))
    for (half, full) in zip(halves, wholes) { #expect(abs(half - full) < 0.15 * full) }
    // Rounding shows, in some layer.
    #expect(halves != wholes)
  }

  @Test(arguments: ActivationStorage.allCases)
  func whatIsHeldBetweenLayersIsRounded(storage: ActivationStorage) throws {
    let model = try Tiny.model()
    let plan = ExecutionPlan(model.graph)
    let network = PairedNetwork(
      model: model, plan: plan, steps: plan.steps.indices,
      activations: try HeldActivations(
        storage: storage, folder: FileManager.default.temporaryDirectory, partBytes: 1 << 10),
      isSymmetric: false)
    network.append([try Tensor(Tiny.images(3), shape: [3, 3, 8, 8])])
    try network.advance(chunk: 0, from: nil, to: 3)
    let restored = try #require(try network.activations.values(of: 0).values.first).float
    #expect(try restored.dtype == .float32)
    let exact = try #require(try restored.toFloats().first { $0 != 0 })
    // Eight bits of each number are left.
    let isRounded = try restored.toFloats().allSatisfy { $0.bitPattern & 0xffff == 0 }
    #expect(isRounded == storage.isRounded && exact.isFinite)
  }

  @Test func largeImagesGoThroughInSmallerChunks() throws {
    let small = CalibrationLayout(graph: try Tiny.graph(), atOnce: 128)
    #expect(small.imagesPerChunk == 32 && small.prefetch == 3)
    var g = GraphBuilder(inputShape: .map(3, 512, 512))
    g.append(
      "a",
      .convolution(
        Convolution(inputChannels: 3, outputChannels: 8, kernel: Size2D(1))), "input")
    let layout = CalibrationLayout(graph: try g.graph(output: "a"), atOnce: 128)
    // Both networks' values, and the operation's own copies: 3 + 8 channels each.
    #expect(layout.bytesPerImage == [4 * 512 * 512 * 33])
    #expect(layout.imagesPerChunk == (64 << 20) / (4 * 512 * 512 * 33))
    #expect(layout.imagesPerPass == 1)
  }
}

/// Images whose reading is counted.
private struct UntouchableDataset: ImageDataset {
  final class Counter: @unchecked Sendable {
    private let lock = NSLock()
    private var count = 0
    var value: Int { lock.withLock { count } }
    func increment() { lock.withLock { count += 1 } }
  }

  let count: Int
  let reads = Counter()
  var labels: [Int] { Array(repeating: 0, count: count) }
  let classNames = ["0"]
  let name = "untouchable"

  func pixels(
    at index: Int, shape: Shape, preprocessing: Preprocessing
  ) throws(DataError) -> [UInt8] {
    reads.increment()
    return [UInt8](repeating: 0, count: shape.elementCount)
  }
}

import Foundation
import SignetModel

/// Runs a model on the processor.
///
/// Everything is decided when the engine is made: batch norm is folded into scales and offsets,
/// activations and residual sums are fused into the layers before them, all activations share one
/// arena planned by lifetime, weights are laid out for the kernels. A run allocates nothing but
/// the array it returns.
///
/// An engine may be used from several threads; its runs then wait for each other. To run in
/// parallel make one engine per thread: engines share nothing.
public final class Engine: Sendable {
  public struct Options: Sendable {
    /// Threads of one run, the caller's included; 1…256.
    public var threads = 1
    /// The most images that go through the network together; larger runs are cut into batches, and
    /// batches whose activations would not stay in the cache into smaller ones.
    public var maximumBatch = 1
    /// `nil` takes the set that `SIGNET_KERNELS` names, else the best for the processor.
    public var kernels: KernelSet?
    /// Whether scores are to be those of float arithmetic on the same weights, to 10⁻⁵. Otherwise
    /// kernels may round activations to 16 bits, which moves scores by less than 0.5 % rms and is
    /// faster where integer kernels exist.
    public var isExact = false
    /// Bytes an engine may allocate for its model, at least 1; a larger model is refused. `nil` takes
    /// what `SIGNET_MEMORY_LIMIT` says, else three quarters of the machine's memory.
    public var memoryLimit: Int?

    public init(
      threads: Int = 1, maximumBatch: Int = 1, kernels: KernelSet? = nil, isExact: Bool = false,
      memoryLimit: Int? = nil
    ) {
      self.threads = threads
      self.maximumBatch = maximumBatch
      self.kernels = kernels
      self.isExact = isExact
      self.memoryLimit = memoryLimit
    }

    /// ``memoryLimit``, or what stands for it.
    func budget(
      environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(EngineError) -> MemoryBudget {
      let variable = "SIGNET_MEMORY_LIMIT"
      var limit = memoryLimit
      if limit == nil, let text = environment[variable], !text.isEmpty {
        guard let bytes = Int(text) else {
          throw .variable(name: variable, expected: "a number of bytes", found: text)
        }
        limit = bytes
      }
      if let limit, limit < 1 {
        throw .option(name: "memoryLimit", expected: "at least 1", found: limit)
      }
      return MemoryBudget(limit: limit ?? MemoryBudget.machineLimit)
    }
  }

  /// Shape of one input image, `C×H×W`.
  public let inputShape: Shape
  /// Elements of the output.
  public let classCount: Int
  public let plan: EnginePlan
  private let program: Program
  private let lock = NSLock()

  /// Plans the model and lays out its weights.
  ///
  /// - Throws: ``EngineError``.
  public init(model: Model, options: Options = Options()) throws(EngineError) {
    guard (1...256).contains(options.threads) else {
      throw .option(name: "threads", expected: "1 to 256", found: options.threads)
    }
    guard (1...65536).contains(options.maximumBatch) else {
      throw .option(name: "batch", expected: "1 to 65536", found: options.maximumBatch)
    }
    let kernels: KernelSet
    if let chosen = options.kernels {
      guard chosen.isAvailable else {
        throw .unavailableKernels(
          name: chosen.name, available: KernelSet.available.map(\.name))
      }
      kernels = chosen
    } else {
      kernels = try .preferred()
    }
    var planner = Planner(model: model, budget: try options.budget())
    try planner.plan()
    program = try Program(
      planner: planner, kernels: kernels, threads: options.threads,
      maximumBatch: options.maximumBatch, isExact: options.isExact)
    plan = program.plan
    inputShape = model.graph.inputShape
    classCount = model.classCount
  }

  /// The scores of some images.
  ///
  /// An input that is not a number makes that image's scores meaningless, and nothing else.
  ///
  /// - Parameters:
  ///   - images: count × C × H × W, preprocessed, row-major
  ///   - count: images, 0 or more
  /// - Returns: count × classes
  /// - Throws: ``EngineError/inputCount(images:expected:found:)``.
  public func run(_ images: [Float], count: Int = 1) throws(EngineError) -> [Float] {
    var nothing: [UInt64] = []
    return try run(images, count: count, nanoseconds: &nothing)
  }

  /// ``run(_:count:)``, measured.
  ///
  /// - Returns: the scores, count × classes, and the seconds each step of ``plan`` took.
  public func measuredRun(
    _ images: [Float], count: Int = 1
  ) throws(EngineError) -> (scores: [Float], seconds: [Double]) {
    var nanoseconds = [UInt64](repeating: 0, count: plan.steps.count)
    let scores = try run(images, count: count, nanoseconds: &nanoseconds)
    return (scores, nanoseconds.map { Double($0) * 1e-9 })
  }

  /// The kernel of each convolution and linear layer, in forward order.
  public var kernelNames: [String] { plan.layers.map(\.kernel) }

  private func run(
    _ images: [Float], count: Int, nanoseconds: inout [UInt64]
  ) throws(EngineError) -> [Float] {
    let imageElements = inputShape.elementCount
    let (expected, overflow) = imageElements.multipliedReportingOverflow(by: count)
    guard count >= 0, !overflow, images.count == expected else {
      throw .inputCount(
        images: count, expected: overflow ? .max : expected, found: images.count)
    }
    lock.lock()
    defer { lock.unlock() }
    return [Float](unsafeUninitializedCapacity: count * classCount) { scores, initialized in
      images.withUnsafeBufferPointer { images in
        guard let source = images.baseAddress, let target = scores.baseAddress else { return }
        for first in stride(from: 0, to: count, by: program.batch) {
          program.run(
            images: source + first * imageElements, count: min(program.batch, count - first),
            scores: target + first * classCount, nanoseconds: &nanoseconds)
        }
      }
      initialized = count * classCount
    }
  }
}

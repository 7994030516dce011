import Foundation
import SignetModel

/// Runs a model on the processor.
///
/// Everything is decided when the engine is made: batch norm is folded into scales and offsets,
/// activations and residual sums are fused into the layers before them, all activations share one
/// arena planned by lifetime, weights are laid out for the kernels. A run allocates nothing but
/// what it returns.
///
/// An engine may be used from several threads; its runs then wait for each other. To run in
/// parallel make one engine per thread: engines share nothing.
public final class Engine: Sendable {
  /// What an engine may take and how exact it is to be.
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

    /// One thread, one image at a time and the best kernels of the processor by default.
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

  /// Names and shapes, without the batch, of what a run is given.
  public let inputs: [GraphInput]
  /// Names and shapes, without the batch, of what a run gives.
  public let outputs: [GraphInput]
  /// What the engine does, step by step.
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
    inputs = model.graph.inputs
    outputs = model.graph.outputs.map {
      GraphInput(name: $0.name, shape: model.graph.shape(of: $0))
    }
  }

  /// Runs the network.
  ///
  /// An input that is not a number makes that sample's outputs meaningless, and nothing else.
  ///
  /// - Parameter inputs: one per name in ``inputs``, each of the same number of samples, its extents
  ///   behind the batch those of the input
  /// - Returns: one per name in ``outputs``, batch first
  /// - Throws: ``EngineError`` naming the input, what was expected and found.
  public func run(_ inputs: [String: DenseTensor]) throws(EngineError) -> [String: DenseTensor] {
    let count = try sampleCount(of: inputs)
    var nothing: [UInt64] = []
    let results = try run(
      self.inputs.compactMap { inputs[$0.name]?.values }, count: count, nanoseconds: &nothing)
    var named: [String: DenseTensor] = [:]
    for (output, values) in zip(outputs, results) {
      named[output.name] = DenseTensor(count: count, of: output.shape, values: values)
    }
    return named
  }

  /// The kernel of each convolution and linear layer, in forward order.
  public var kernelNames: [String] { plan.layers.map(\.kernel) }

  /// Bytes of all activations together.
  public var arenaByteCount: Int { plan.arenaBytes }

  /// - Parameter values: one per input
  /// - Returns: one per output
  func run(
    _ values: [[Float]], count: Int, nanoseconds: inout [UInt64]
  ) throws(EngineError) -> [[Float]] {
    for (input, values) in zip(inputs, values) {
      let (expected, overflow) = input.shape.elementCount.multipliedReportingOverflow(by: count)
      guard count >= 0, !overflow, values.count == expected else {
        throw .inputCount(
          input: input.name, samples: count, expected: overflow ? .max : expected,
          found: values.count)
      }
    }
    lock.lock()
    defer { lock.unlock() }
    let source = values.count == 1 ? values[0] : values.flatMap { $0 }
    let sizes = outputs.map { count * $0.shape.elementCount }
    let total = sizes.reduce(0, +)
    let all = [Float](unsafeUninitializedCapacity: total) { target, initialized in
      source.withUnsafeBufferPointer { source in
        guard let source = source.baseAddress, let target = target.baseAddress else { return }
        run(from: source, count: count, into: target, nanoseconds: &nanoseconds)
      }
      initialized = total
    }
    guard sizes.count > 1 else { return [all] }
    var start = 0
    return sizes.map { size in
      defer { start += size }
      return Array(all[start..<start + size])
    }
  }

  /// - Parameters:
  ///   - source: the inputs one after the other, each count × its shape
  ///   - target: the outputs one after the other, each count × its shape
  private func run(
    from source: UnsafePointer<Float>, count: Int, into target: UnsafeMutablePointer<Float>,
    nanoseconds: inout [UInt64]
  ) {
    for first in stride(from: 0, to: count, by: program.batch) {
      var (source, target) = (source, target)
      var sources: [UnsafePointer<Float>] = []
      var targets: [UnsafeMutablePointer<Float>] = []
      for input in inputs {
        sources.append(source + first * input.shape.elementCount)
        source += count * input.shape.elementCount
      }
      for output in outputs {
        targets.append(target + first * output.shape.elementCount)
        target += count * output.shape.elementCount
      }
      program.run(
        sources, count: min(program.batch, count - first), into: targets,
        nanoseconds: &nanoseconds)
    }
  }
}

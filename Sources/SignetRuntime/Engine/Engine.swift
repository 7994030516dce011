import SignetModel

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

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
    /// Whether runs use threads that are lent to them instead of the engine's; ``threads`` grows to
    /// as many as were lent.
    package var borrowsThreads = false
    static let threadRange = 1...256

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

  /// What a run takes; extents along open axes are the model's own until a run chooses others.
  public let inputs: [GraphInput]
  /// Names and shapes, without the batch, of what a run of inputs of those extents gives.
  public let outputs: [GraphInput]
  /// What the engine does, step by step, for inputs of those extents.
  public let plan: EnginePlan
  let programs: ProgramCache
  let lock = Lock()

  /// Plans the model and lays out its weights.
  ///
  /// - Throws: ``EngineError``.
  public init(model: Model, options: Options = Options()) throws(EngineError) {
    guard Options.threadRange.contains(options.threads) else {
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
    programs = ProgramCache(model: model, options: options, kernels: kernels)
    let usual = try programs.program(for: model.graph.inputs.map(\.shape))
    inputs = model.graph.inputs
    outputs = usual.outputs
    plan = usual.program.plan
  }

  /// How often the engine has planned: once when it was made, and once for each run of extents that
  /// it did not know or had forgotten.
  public var planCount: Int {
    lock.lock()
    defer { lock.unlock() }
    return programs.planCount
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
    var nothing: [UInt64] = []
    return try run(inputs, nanoseconds: &nothing)
  }

  /// ``run(_:)``, measured.
  ///
  /// - Parameter inputs: as for ``run(_:)``, of the extents that the model has of its own
  /// - Returns: the outputs by name, and the seconds each step of ``plan`` took; none where the extents
  ///   are others.
  public func measuredRun(
    _ inputs: [String: DenseTensor]
  ) throws(EngineError) -> (outputs: [String: DenseTensor], seconds: [Double]) {
    let isUsual = self.inputs.allSatisfy { input in
      inputs[input.name].map { Array($0.extents.dropFirst()) == input.shape.extents } ?? false
    }
    var nanoseconds = [UInt64](repeating: 0, count: isUsual ? plan.steps.count : 0)
    let outputs = try run(inputs, nanoseconds: &nanoseconds)
    return (outputs, nanoseconds.map { Double($0) * 1e-9 })
  }

  private func run(
    _ inputs: [String: DenseTensor], nanoseconds: inout [UInt64]
  ) throws(EngineError) -> [String: DenseTensor] {
    let (count, shapes) = try samples(of: inputs)
    let (results, outputs) = try run(
      self.inputs.compactMap { inputs[$0.name]?.values }, of: shapes, count: count,
      nanoseconds: &nanoseconds)
    var named: [String: DenseTensor] = [:]
    for (output, values) in zip(outputs, results) {
      named[output.name] = DenseTensor(count: count, of: output.shape, values: values)
    }
    return named
  }

  /// The kernel of each convolution and linear layer, in forward order.
  public var kernelNames: [String] { plan.layers.map(\.kernel) }

  /// - Parameters:
  ///   - values: one per input
  ///   - shapes: of the inputs, without the batch
  /// - Returns: one per output, and what the outputs are
  func run(
    _ values: [[Float]], of shapes: [Shape], count: Int, nanoseconds: inout [UInt64]
  ) throws(EngineError) -> (values: [[Float]], outputs: [GraphInput]) {
    for (index, values) in values.enumerated() {
      let (expected, overflow) = shapes[index].elementCount.multipliedReportingOverflow(by: count)
      guard count >= 0, !overflow, values.count == expected else {
        throw .inputCount(
          input: inputs[index].name, samples: count, expected: overflow ? .max : expected,
          found: values.count)
      }
    }
    lock.lock()
    defer { lock.unlock() }
    let sized = try programs.program(for: shapes)
    let source = values.count == 1 ? values[0] : values.flatMap { $0 }
    let sizes = sized.outputs.map { count * $0.shape.elementCount }
    let total = sizes.reduce(0, +)
    let all = [Float](unsafeUninitializedCapacity: total) { target, initialized in
      source.withUnsafeBufferPointer { source in
        guard let source = source.baseAddress, let target = target.baseAddress else { return }
        sized.run(from: source, count: count, into: target, nanoseconds: &nanoseconds)
      }
      initialized = total
    }
    guard sizes.count > 1 else { return ([all], sized.outputs) }
    var start = 0
    let parts = sizes.map { size in
      defer { start += size }
      return Array(all[start..<start + size])
    }
    return (parts, sized.outputs)
  }
}

import CSignetKernels
import SignetModel

/// A planned network in memory: arena, packed weights, kernels' arguments, threads.
///
/// Not safe to use from two threads at once; ``Engine`` holds a lock around it.
final class Program: @unchecked Sendable {
  let plan: EnginePlan
  /// Images that one run takes.
  let batch: Int
  private let memory: Memory
  /// Activations that stay in a second-level cache between the layer that makes them and the one
  /// that reads them. More images at once only move memory.
  private static let batchBytes = 1 << 20
  private let pool: OpaquePointer?
  private let borrowsThreads: Bool
  private var program = signet_program()
  private let inputs: [UnsafeMutablePointer<signet_transfer>]
  private let outputs: [UnsafeMutablePointer<signet_transfer>]

  init(
    planner: Planner, kernels: KernelSet, threads: Int, borrowsThreads: Bool, maximumBatch: Int,
    isExact: Bool
  ) throws(EngineError) {
    self.borrowsThreads = borrowsThreads
    let table = kernels.table.pointer.pointee
    let choice = KernelChoice(table: table, isExact: isExact, threads: threads)
    var planner = planner
    try planner.resolveCodes { (layer) throws(EngineError) in
      try choice.kernel(for: layer).expandsCodes
    }
    try planner.fusePoolings { (layer) throws(EngineError) in
      try choice.kernel(for: layer).kernel.pointee.takes_pooling
    }
    memory = Memory(budget: planner.budget)
    let imageBytes = ArenaPlan(planner.lifetimes(images: 1)).size * MemoryLayout<Float>.stride
    let batch = max(1, min(maximumBatch, Self.batchBytes / max(1, imageBytes)))
    let arenaPlan = ArenaPlan(planner.lifetimes(images: batch))
    // All at once, before the first of it is allocated.
    try planner.budget.check(
      Footprint(arena: arenaPlan, threads: threads, images: batch).bytes(of: planner.steps, choice),
      for: "the network as a whole")
    let arena = try memory.bytes(
      ByteCount.of(arenaPlan.size, elements: Float.self), for: "activations")
    var lowering = Lowering(
      table: table, choice: choice, memory: memory, maximumBatch: batch,
      arena: arena.bindMemory(to: Float.self, capacity: arenaPlan.size),
      offsets: arenaPlan.offsets)
    for step in planner.steps { try lowering.lower(step) }
    self.batch = batch
    inputs = lowering.inputs
    outputs = lowering.outputs
    plan = EnginePlan(
      kernels: kernels.name, steps: lowering.descriptions,
      arenaBytes: arenaPlan.size * MemoryLayout<Float>.stride,
      packedBytes: lowering.descriptions.reduce(0) { $0 + $1.packedBytes })

    var pool: OpaquePointer?
    if threads > 1 {
      pool =
        borrowsThreads
        ? signet_thread_pool_create_borrowing(Int32(threads))
        : signet_thread_pool_create(Int32(threads))
      guard pool != nil else {
        self.pool = nil
        throw .threads(count: threads)
      }
    }
    self.pool = pool
    // Lent threads are counted for the most there may be, and few of them may come.
    let scratch = try memory.sparseBytes(
      ByteCount.product([threads, lowering.scratchBytes]), for: "working memory")
    let steps = try memory.array(lowering.steps, for: "steps")
    program = signet_program(
      steps: steps, count: Int64(lowering.steps.count), pool: pool, threads: Int32(threads),
      scratch: scratch.bindMemory(to: CChar.self, capacity: threads * lowering.scratchBytes),
      scratch_stride: lowering.scratchBytes)
  }

  deinit {
    signet_thread_pool_destroy(pool)
  }

  /// Whose threads the next runs use, where the program borrows them.
  func lend(_ lender: ThreadLender?) {
    guard let pool, borrowsThreads else { return }
    signet_thread_pool_lend(pool, lender?.parallelFor, lender?.owner)
  }

  /// Runs one batch.
  ///
  /// - Parameters:
  ///   - sources: one per input, count × its shape
  ///   - targets: one per output, count × its shape, written
  ///   - nanoseconds: one per step, added to; empty to measure nothing
  func run(
    _ sources: [UnsafePointer<Float>], count: Int, into targets: [UnsafeMutablePointer<Float>],
    nanoseconds: inout [UInt64]
  ) {
    for (input, source) in zip(inputs, sources) {
      // Only read by the kernels; the field's type also serves the writing direction.
      input.pointee.planes = UnsafeMutablePointer(mutating: source)
    }
    for (output, target) in zip(outputs, targets) { output.pointee.planes = target }
    nanoseconds.withUnsafeMutableBufferPointer { times in
      signet_program_run(&program, Int64(count), times.isEmpty ? nil : times.baseAddress)
    }
  }
}

import SignetModel

extension Engine {
  /// Runs the network between the caller's own buffers.
  ///
  /// - Parameters:
  ///   - sources: one per input, count × its shape
  ///   - shapes: of the inputs, without the batch
  ///   - lender: of threads, where the engine borrows them
  ///   - targets: for the outputs, of which it is told the shapes without the batch: where each is
  ///     to be written, count × its shape
  package func run(
    _ sources: [UnsafePointer<Float>], of shapes: [Shape], count: Int, lender: ThreadLender?,
    into targets: ([GraphInput]) throws -> [UnsafeMutablePointer<Float>]
  ) throws {
    precondition(sources.count == inputs.count && shapes.count == inputs.count && count >= 0)
    for (input, shape) in zip(inputs, shapes) where !input.admits(shape) {
      throw EngineError.inputExtents(
        name: input.name, expected: "N×\(input.pattern)", found: "N×\(shape)")
    }
    lock.lock()
    defer { lock.unlock() }
    if let lender { programs.plan(forThreads: lender.threads) }
    let sized = try programs.program(for: shapes)
    let targets = try targets(sized.outputs)
    precondition(targets.count == sized.outputs.count)
    var nothing: [UInt64] = []
    sized.program.lend(lender)
    sized.run(from: sources, count: count, into: targets, nanoseconds: &nothing)
  }
}

import CSignetONNXRuntime
import SignetModel
import SignetRuntime

/// What a node of an ONNX graph runs: a network, most often a small one.
final class Operator: Sendable {
  let name: String
  private let engine: Engine
  /// Samples that go through the network together where the cache holds them.
  private static let maximumBatch = 16

  init(name: String, model: Model) throws {
    self.name = name
    var options = Engine.Options(maximumBatch: Self.maximumBatch)
    options.borrowsThreads = true
    engine = try Engine(model: model, options: options)
  }

  func run(_ context: UnsafeMutablePointer<signet_operator_run_context>) throws {
    let operands = UnsafeBufferPointer(
      start: context.pointee.inputs, count: context.pointee.input_count)
    let batch = try batch(of: operands)
    let shapes = operands.map { Shape(Array($0.allExtents.dropFirst())) }
    // Of no samples there may be no buffer.
    let nothing = UnsafeMutablePointer<Float>.allocate(capacity: 1)
    defer { nothing.deallocate() }
    let sources = operands.map {
      $0.values?.assumingMemoryBound(to: Float.self) ?? UnsafePointer(nothing)
    }
    let lender = ThreadLender(
      threads: Int(context.pointee.threads),
      { owner, function, argument, count in
        let context = owner?.assumingMemoryBound(to: signet_operator_run_context.self)
        context?.pointee.parallel_for(owner, function, argument, count)
      }, owner: context)
    try engine.run(sources, of: shapes, count: batch, lender: lender) { outputs in
      try outputs.enumerated().map { index, output in
        let extents = ([batch] + output.shape.extents).map(Int64.init)
        guard let buffer = context.pointee.output(context, index, extents, extents.count) else {
          throw OperatorError.output(name: output.name)
        }
        return buffer
      }
    }
  }

  /// The samples, of which all inputs have as many.
  private func batch(of operands: UnsafeBufferPointer<signet_operand>) throws -> Int {
    guard operands.count == engine.inputs.count else {
      throw OperatorError.portCount(
        part: "inputs", expected: engine.inputs.count, found: operands.count)
    }
    var batch: Int?
    for (input, operand) in zip(engine.inputs, operands) {
      let found = operand.allExtents.first ?? -1
      guard operand.rank == input.shape.extents.count + 1, found >= 0 else {
        throw EngineError.inputExtents(
          name: input.name, expected: "N×\(input.pattern)",
          found: "\(Shape(operand.allExtents))")
      }
      guard found == batch ?? found else {
        throw OperatorError.batch(input: input.name, expected: "\(batch ?? 0)", found: found)
      }
      batch = found
    }
    return batch ?? 0
  }
}

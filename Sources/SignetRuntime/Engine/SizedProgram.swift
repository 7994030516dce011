import SignetModel

/// A program for inputs of given extents.
struct SizedProgram {
  /// Of the inputs, without the batch.
  let shapes: [Shape]
  let outputs: [GraphInput]
  let program: Program

  /// Runs any number of samples, a batch at a time.
  ///
  /// - Parameters:
  ///   - source: the inputs one after the other, each count × its shape
  ///   - target: the outputs one after the other, each count × its shape
  ///   - nanoseconds: one per step, added to; empty to measure nothing
  func run(
    from source: UnsafePointer<Float>, count: Int, into target: UnsafeMutablePointer<Float>,
    nanoseconds: inout [UInt64]
  ) {
    for first in stride(from: 0, to: count, by: program.batch) {
      var (source, target) = (source, target)
      var sources: [UnsafePointer<Float>] = []
      var targets: [UnsafeMutablePointer<Float>] = []
      for shape in shapes {
        sources.append(source + first * shape.elementCount)
        source += count * shape.elementCount
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

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
    var (source, target) = (source, target)
    var sources: [UnsafePointer<Float>] = []
    var targets: [UnsafeMutablePointer<Float>] = []
    for shape in shapes {
      sources.append(source)
      source += count * shape.elementCount
    }
    for output in outputs {
      targets.append(target)
      target += count * output.shape.elementCount
    }
    run(from: sources, count: count, into: targets, nanoseconds: &nanoseconds)
  }

  /// The same, where each input and output lies on its own.
  func run(
    from sources: [UnsafePointer<Float>], count: Int, into targets: [UnsafeMutablePointer<Float>],
    nanoseconds: inout [UInt64]
  ) {
    for first in stride(from: 0, to: count, by: program.batch) {
      program.run(
        zip(sources, shapes).map { $0 + first * $1.elementCount },
        count: min(program.batch, count - first),
        into: zip(targets, outputs).map { $0 + first * $1.shape.elementCount },
        nanoseconds: &nanoseconds)
    }
  }
}

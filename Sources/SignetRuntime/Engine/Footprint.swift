import CSignetKernels
import SignetModel

/// What a planned network will take of memory, counted before any of it is allocated.
struct Footprint {
  let arena: ArenaPlan
  let threads: Int
  /// Of the largest batch.
  let images: Int

  /// - Throws: ``EngineError`` if a layer's extents pass what the kernels can count.
  func bytes(of steps: [PlannedStep], _ choice: KernelChoice) throws(EngineError) -> Int {
    var total = ByteCount.of(arena.size, elements: Float.self)
    var scratch = 0
    for step in steps {
      switch step.work {
      case .convolution(let work):
        let layer = try bytes(of: work, choice)
        total = ByteCount.sum(total, layer.kept)
        scratch = max(scratch, layer.scratch)
      case .gather(let work):
        total = ByteCount.sum(total, ByteCount.of(work.out.elements, elements: Int32.self))
      case .constants(let work):
        let count = (work.weight?.count ?? 0) + (work.bias?.count ?? 0)
        total = ByteCount.sum(total, ByteCount.of(count, elements: Float.self))
      case .affine(let scale, let offset, _, _, _):
        let count = scale.count + offset.count
        total = ByteCount.sum(total, ByteCount.of(count, elements: Float.self))
      case .constantFilters(let work):
        total = ByteCount.sum(total, ByteCount.of(work.factors.count, elements: Float.self))
      default:
        break
      }
    }
    return ByteCount.sum(total, ByteCount.product([threads, scratch]))
  }

  /// Bytes of a layer's weights, scales and absmax, and of the working memory of one thread.
  private func bytes(
    of work: PlannedConvolution, _ choice: KernelChoice
  ) throws(EngineError) -> (kept: Int, scratch: Int) {
    let chosen = try choice.kernel(for: work)
    var shape = chosen.shape
    let constants = work.offset.count + (work.scale?.count ?? 0)
    let absmax = chosen.kernel.pointee.needs_absmax ? 2 * work.input.height : 0
    return (
      ByteCount.sum(
        chosen.kernel.pointee.packed_bytes(&shape),
        ByteCount.of(constants, elements: Float.self),
        ByteCount.of(absmax, images, elements: Float.self)),
      chosen.kernel.pointee.scratch_bytes(&shape, Int64(images))
    )
  }
}

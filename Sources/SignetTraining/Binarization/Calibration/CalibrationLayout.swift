import SignetModel

/// How calibration is cut into parts, from the network's shapes alone: neither the memory nor the
/// threads that there are show in the result.
struct CalibrationLayout {
  /// What a part of the images may take while it goes through both networks. More would not be
  /// faster.
  static let chunkBytes = 64 << 20
  /// What a pass with gradients may take. Each brings the weights into its own order three times,
  /// which costs more than the arithmetic of a single small image.
  static let passBytes = 256 << 20
  /// What patches that are laid out at once may take: enough to keep matrix products busy.
  static let pieceBytes = 16 << 20
  /// Batches that are decoded ahead may take this.
  static let aheadBytes = 64 << 20

  /// Images that go through the network together.
  let imagesPerChunk: Int
  /// Images of a pass with gradients.
  let imagesPerPass: Int
  /// Chunks that are decoded ahead.
  let prefetch: Int
  /// What one image takes on its way past each step, in both networks, with the operation's own
  /// copies.
  let bytesPerImage: [Int]
  /// What one image takes in a pass with gradients: it holds every value, and while it returns, two
  /// of most.
  let passBytesPerImage: Int

  /// - Parameter atOnce: most images of a chunk
  init(graph: Graph, atOnce: Int) {
    let plan = ExecutionPlan(graph)
    bytesPerImage = zip(plan.steps, plan.heldElements).map { step, held in
      let output = step.outputShape.elementCount
      let inputs = step.inputs.reduce(0) { $0 + graph.shape(of: $1).elementCount }
      return 4 * (2 * (held + output) + inputs + output)
    }
    passBytesPerImage = plan.steps.reduce(0) { $0 + $1.outputShape.elementCount } * 4 * 3
    let most = max(1, bytesPerImage.max() ?? 1)
    imagesPerChunk = max(1, min(atOnce, 32, Self.chunkBytes / most))
    imagesPerPass = max(1, min(imagesPerChunk, Self.passBytes / max(1, passBytesPerImage)))
    prefetch = min(
      3,
      Self.aheadBytes
        / (4 * max(1, imagesPerChunk * graph.inputs.reduce(0) { $0 + $1.shape.elementCount })))
  }
}

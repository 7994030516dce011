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
    let steps = ExecutionPlan(graph).steps
    var live: [Int: Int] = [0: graph.inputShape.elementCount]
    bytesPerImage = steps.map { step in
      let output = step.outputShape.elementCount
      let held = live.values.reduce(0, +) + output
      let inputs = step.inputs.reduce(0) { $0 + (live[$1] ?? 0) }
      live[step.node + 1] = output
      for freed in step.freed { live[freed] = nil }
      return 4 * (2 * held + inputs + output)
    }
    passBytesPerImage = steps.reduce(0) { $0 + $1.outputShape.elementCount } * 4 * 3
    let most = max(1, bytesPerImage.max() ?? 1)
    imagesPerChunk = max(1, min(atOnce, 32, Self.chunkBytes / most))
    imagesPerPass = max(1, min(imagesPerChunk, Self.passBytes / max(1, passBytesPerImage)))
    prefetch = min(
      3, Self.aheadBytes / (4 * max(1, imagesPerChunk * graph.inputShape.elementCount)))
  }
}

/// Some images of a chunk, or some rows of one image's output map, whose patches are laid out
/// together.
struct Piece: Equatable {
  var images: Range<Int>
  /// Rows of the output map; a layer without a map has one.
  var rows: Range<Int>

  /// - Parameters:
  ///   - rows: of the output map
  ///   - rowBytes: what the patches of a row take
  static func cutting(images: Int, rows: Int, rowBytes: Int) -> [Piece] {
    let perPiece = max(1, CalibrationLayout.pieceBytes / max(1, rowBytes))
    if perPiece >= rows {
      let count = perPiece / rows
      return stride(from: 0, to: images, by: count).map {
        Piece(images: $0..<min($0 + count, images), rows: 0..<rows)
      }
    }
    return (0..<images).flatMap { image in
      stride(from: 0, to: rows, by: perPiece).map {
        Piece(images: image..<image + 1, rows: $0..<min($0 + perPiece, rows))
      }
    }
  }
}

import SignetHashing
import SignetModel

/// What one layer costs, whatever the images.
struct LayerCosts {
  /// A chunk on its way here, per worker.
  let forward: Int
  /// A chunk's values, patches and own sums, per worker.
  let summing: Int
  /// The layer's parameters in the float network.
  let parameters: Int
  /// The layer's sums, with the patches of a piece where threads share them.
  let sums: Int
  /// From the sums to the codes.
  let solving: Int

  /// - Parameters:
  ///   - width: of the output map
  ///   - forward: bytes of one image on its way here
  ///   - ends: bytes of one image at the layer
  init(
    operation: NodeOperation, width: Int, options: BinarizationOptions,
    layout: CalibrationLayout, forward: Int, ends: Int, isSolved: Bool, survey: Bool
  ) {
    let groups = operation.patchExtractions
    let own = groups.reduce(0) {
      $0 + GroupSums.bytes(of: $1.extraction, filters: $1.filters.count)
    }
    // Patches, their parts before they are joined, and the product's packed blocks.
    let row = 4 * width * (groups.map(\.extraction.patchLength).max() ?? 0)
    let piece = 2 * max(CalibrationLayout.pieceBytes, row) + (8 << 20)
    self.forward = layout.imagesPerChunk * forward
    parameters = operation.parameterBytes
    let inParallel = operation.sumsChunksInParallel
    summing = layout.imagesPerChunk * ends + (inParallel ? piece + own : 0)
    // Sums in the patches' order and in the weights'.
    let reordered = groups.contains { $0.extraction.copiesInput } ? 2 * own : own
    sums = max(reordered, own + (inParallel ? 0 : piece))
    let largest =
      groups.map { group in
        let layer = LayerMemory(
          patchLength: group.extraction.patchLength, filterCount: group.filters.count,
          codes: options.choosesCodes ? HashingOptions.codesAllowed.upperBound : options.codes)
        let problem = layer.gramBytes + 2 * layer.filterBytes
        // w twice more while its signs are taken.
        let starting = 3 * layer.filterBytes
        // A problem with a ridge is a copy.
        let ridged = options.ridge > 0 ? layer.gramBytes + layer.filterBytes : 0
        let whole =
          options.hasConstants || options.hasInputScales
          ? layer.wholeBytes(channels: options.hasInputScales ? group.extraction.channels : 0) : 0
        return problem + (survey ? layer.gramBytes : 0)
          + (isSolved ? max(starting, ridged + whole + layer.descentBytes) : layer.refitBytes)
      }.max() ?? 0
    solving = largest + (groups.count > 1 ? own : 0)
  }
}

extension NodeOperation {
  /// Bytes of the parameters as float32.
  var parameterBytes: Int {
    parameters.reduce(0) { $0 + 4 * $1.shape.reduce(1, *) }
  }
}

import SignetHashing
import Torch

/// A chunk that stands at a layer whose sums are wanted.
struct EnteredChunk {
  /// N × C × H × W or N × C
  let inputs: Tensor
  /// N × positions × filters
  let outputs: Tensor
  /// Of the output map.
  let rows: Int
  /// N × positions; `nil`: all alike.
  let fisherWeights: Tensor?
  let sampler: PatchSampler

  func add(to groups: inout [GroupSums], products: KernelProducts) throws {
    var sampler = sampler
    let positions = outputs.shape[1]
    let width = positions / rows
    let longest = groups.map(\.extraction.patchLength).max() ?? 1
    // A sample of positions is one of the whole map.
    let isPartial = sampler.isPartial(of: positions)
    let cut = Piece.cutting(
      images: inputs.shape[0], rows: isPartial ? 1 : rows,
      rowBytes: 4 * longest * (isPartial ? positions : width))
    for piece in cut {
      let sample = try sampler.sample(of: positions)
      let inputs = try inputs.narrow(0, start: piece.images.lowerBound, length: piece.images.count)
      let results = try taken(outputs, piece, width, sample)
      let weights = try fisherWeights.map { try taken($0, piece, width, sample) }
      for index in groups.indices {
        let filters = groups[index].filters
        var patches = try groups[index].extraction.patches(
          of: inputs, rows: sample == nil ? piece.rows : nil)
        if let sample { patches = try patches.indexSelect(1, sample) }
        try groups[index].add(
          patches: patches.flatten(from: 0, to: 1),
          outputs: results.narrow(2, start: filters.lowerBound, length: filters.count)
            .flatten(from: 0, to: 1),
          weights: weights?.flatten(), products: products)
      }
    }
  }

  /// - Parameter values: N × positions × …
  private func taken(
    _ values: Tensor, _ piece: Piece, _ width: Int, _ sample: Tensor?
  ) throws -> Tensor {
    let images = try values.narrow(
      0, start: piece.images.lowerBound, length: piece.images.count)
    if let sample { return try images.indexSelect(1, sample) }
    guard piece.rows.count < rows else { return images }
    return try images.narrow(
      1, start: piece.rows.lowerBound * width, length: piece.rows.count * width)
  }
}

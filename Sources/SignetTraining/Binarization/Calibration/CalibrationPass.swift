import SignetHashing
import SignetModel
import Torch

/// Takes the calibration images through both networks and sums up, layer by layer, what the layers'
/// problems need.
struct CalibrationPass {
  let options: BinarizationOptions
  let model: Model
  let workers: Workers
  let threads: Int
  /// The processes among which products are divided.
  var ranks = Ranks.alone
  /// Told where images do not differ at all.
  let alike: (_ count: Int) -> Void

  /// Loads calibration images and takes them to the first layer.
  ///
  /// - Parameters:
  ///   - count: how many images, at most
  ///   - steps: those that the networks will pass
  ///   - first: the first layer that they will enter
  func begin(
    _ set: CalibrationSet, count: Int, plan: ExecutionPlan, steps: Range<Int>, first: Int,
    isSymmetric: Bool
  ) throws -> PairedNetwork {
    let networks = PairedNetwork(
      model: model, plan: plan, steps: steps, activations: try set.heldActivations(),
      isSymmetric: isSymmetric)
    var variation = ImageVariation(model.preprocessing)
    try set.forEachGroup(of: set.calibrating, count: count, reporting: true, workers: workers) {
      group in
      let known = networks.chunkCount
      for inputs in group {
        try variation.add(inputs)
        networks.append(inputs)
      }
      try workers.map(0..<group.count) {
        try networks.advance(chunk: known + $0, from: nil, to: first)
      }
    }
    networks.dropParameters(before: first)
    if variation.isNone { alike(variation.count) }
    return networks
  }

  /// Takes all chunks from a layer whose codes are in place to just before the next.
  func advance(_ networks: PairedNetwork, from start: Int, to end: Int) throws {
    try workers.map(0..<networks.chunkCount) {
      try networks.advance(chunk: $0, from: start, to: end)
    }
    networks.dropParameters(before: end)
  }

  /// Enters a layer with all chunks, without sums.
  func enter(_ layer: Int, _ networks: PairedNetwork) throws {
    try workers.map(0..<networks.chunkCount) {
      _ = try networks.enter(layer: layer, chunk: $0)
    }
  }

  /// Enters the layer with all chunks and sums up what its groups' problems need.
  ///
  /// - Parameters:
  ///   - fisher: what each position counts; `nil`: all alike
  ///   - open: nodes whose binary parameters are not known yet
  func sums(
    of layer: Int, _ networks: PairedNetwork, fisher: FisherWeights?, open: Set<Int>
  ) throws -> [CalibrationSums] {
    let step = networks.interpreter.plan.steps[layer]
    let node = model.graph.nodes[step.node]
    let empty = node.operation.patchExtractions.map {
      GroupSums(extraction: $0.extraction, filters: $0.filters)
    }
    var groups = empty
    let sampler = PatchSampler(seed: options.seed, layer: layer, perImage: options.patchesPerImage)
    let inParallel = node.operation.sumsChunksInParallel
    var alone = try KernelProducts(threads: 1)
    var together = try KernelProducts(threads: threads)
    alone.share = (ranks.rank, ranks.count)
    together.share = alone.share
    for first in stride(from: 0, to: networks.chunkCount, by: workers.threads) {
      let chunks = first..<min(first + workers.threads, networks.chunkCount)
      let parts = try workers.map(chunks) { chunk in
        let (inputs, output) = try networks.enter(layer: layer, chunk: chunk)
        let compensated = try compensated(output, of: node, chunk: chunk, networks, open: open)
        let entered = EnteredChunk(
          inputs: inputs.binarized, outputs: try compensated.rowsPerPosition(),
          rows: node.operation.isConvolution ? output.shape[2] : 1,
          fisherWeights: fisher?.weights(ofLayer: layer, chunk: chunk),
          sampler: sampler.forChunk(chunk))
        guard inParallel else { return CalibratedChunk(entered: entered) }
        var sums = empty
        try entered.add(to: &sums, products: alone)
        return CalibratedChunk(sums: sums)
      }
      // In the chunks' order, whoever was done first.
      for part in parts {
        try part.entered?.add(to: &groups, products: together)
        for (index, sums) in part.sums.enumerated() { groups[index].add(sums) }
      }
    }
    networks.parameters.drop([step.node], withChanged: false)
    var sums: [CalibrationSums] = []
    groups.reverse()
    while var group = groups.popLast() {
      try group.join(ranks)
      sums.append(try group.sums())
    }
    return sums
  }

  /// The layer's float output, and where the layer ends a residual branch, what the values it is
  /// added to lack: the layer then makes up for their error as far as it can.
  private func compensated(
    _ output: Tensor, of layer: Node, chunk: Int, _ networks: PairedNetwork, open: Set<Int>
  ) throws -> Tensor {
    guard options.compensates, options.method != .bwn,
      let join = ResidualJoin(layer: layer, graph: model.graph, weights: model.weights),
      let error = try networks.error(of: join.others, chunk: chunk, open: open)
    else { return output }
    guard let inverse = join.inverseFactors else { return try output + error }
    let shape = [1, inverse.count] + [Int](repeating: 1, count: output.rank - 2)
    return try output + error * Tensor(inverse, shape: shape)
  }
}

/// What a worker makes of a chunk: its sums, or what they are to be made of.
private struct CalibratedChunk {
  var entered: EnteredChunk?
  var sums: [GroupSums] = []
}

extension Tensor {
  /// N × C × H × W → N × positions × C; N × C → N × 1 × C
  fileprivate func rowsPerPosition() throws(TorchError) -> Tensor {
    guard rank == 4 else { return try unsqueeze(1) }
    return try permute([0, 2, 3, 1]).flatten(from: 1, to: 2)
  }
}

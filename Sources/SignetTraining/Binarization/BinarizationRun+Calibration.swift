import SignetData
import SignetHashing
import SignetModel
import Torch

extension BinarizationRun {
  /// Loads calibration images and takes them to the first layer.
  ///
  /// - Parameters:
  ///   - images: how many, at most
  ///   - steps: the nodes that the streams will pass
  ///   - first: position of the first layer that the streams will enter
  func streams(
    _ dataset: any ImageDataset, images count: Int, steps: [ExecutionPlan.Step], first: Int,
    isSymmetric: Bool, shouldStop: () -> Bool
  ) throws -> ActivationStreams {
    let streams = ActivationStreams(
      model: model, steps: steps, holdsBFloat16: images?.holdsBFloat16 ?? false,
      isSymmetric: isSymmetric)
    var variation = ImageVariation(model.preprocessing)
    try eachGroup(of: dataset, count: count, reporting: true, shouldStop: shouldStop) { group in
      let known = streams.chunkCount
      for images in group {
        try variation.add(images)
        streams.append(images)
      }
      try eachPart(0..<group.count, shouldStop) {
        try streams.advance(chunk: known + $0, from: nil, to: first)
      }
    }
    streams.dropParameters(before: first)
    if variation.isNone, !imagesAreAlike {
      imagesAreAlike = true
      warned(.imagesAlike(count: variation.count))
    }
    return streams
  }

  /// Hands out the first images of a set in groups of as many chunks as there are workers:
  /// count × C × H × W each.
  ///
  /// - Parameter reporting: whether images that cannot be read are told of, which once is enough
  func eachGroup(
    of dataset: any ImageDataset, count: Int, reporting: Bool, shouldStop: () -> Bool,
    _ body: ([Tensor]) throws -> Void
  ) throws {
    var unreadable: DataError?
    let note = skipping.map { skipping in
      { (error: DataError) in
        unreadable = error
        if reporting { skipping(error) }
      }
    }
    let batches = BatchLoader(
      dataset: dataset, shape: model.graph.inputShape, preprocessing: model.preprocessing,
      batchSize: layout.imagesPerChunk, prefetch: layout.prefetch
    ).batches(epoch: 0, skipping: note)
    var group: [Tensor] = []
    var taken = 0
    while taken < count, let batch = try batches.next() {
      try stop(if: shouldStop)
      let tensor = try Tensor(
        batch.images, shape: [batch.count] + model.graph.inputShape.extents)
      let used = min(batch.count, count - taken)
      group.append(try tensor.narrow(0, start: 0, length: used).channelsLast())
      taken += used
      if group.count == workers.threads || taken == count {
        try body(group)
        group = []
      }
    }
    if !group.isEmpty { try body(group) }
    if taken == 0, let unreadable { throw unreadable }
  }

  /// Enters the layer with all chunks and sums up what its groups' problems need.
  ///
  /// - Parameter importance: what each place counts; `nil`: all alike.
  func calibrate(
    _ position: Int, _ streams: ActivationStreams, importance: PlaceImportance?,
    shouldStop: () -> Bool
  ) throws -> [CalibrationSums] {
    let layer = node(at: position)
    let extractions = layer.operation.patchExtractions
    let empty = extractions.map { LayerCalibration(extraction: $0.extraction, filters: $0.filters) }
    var groups = empty
    let sampler = PatchSampler(
      seed: options.seed, layer: position, perImage: options.patchesPerImage)
    let inParallel = layer.operation.sumsChunksInParallel
    let alone = try KernelProducts(threads: 1)
    let together = try KernelProducts(threads: threads)
    for first in stride(from: 0, to: streams.chunkCount, by: workers.threads) {
      let chunks = first..<min(first + workers.threads, streams.chunkCount)
      let parts = try eachPart(chunks, shouldStop) { chunk in
        let (inputs, output) = try streams.enter(layer: position, chunk: chunk)
        let entered = EnteredChunk(
          inputs: inputs.binarized,
          outputs: try compensated(output, at: position, chunk: chunk, streams).rowsPerPlace(),
          rows: layer.operation.isConvolution ? output.shape[2] : 1,
          importance: importance?.places(of: position, chunk: chunk),
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
    streams.parameters.drop([steps[position].node], withChanged: false)
    var sums: [CalibrationSums] = []
    groups.reverse()
    while let group = groups.popLast() { sums.append(try group.sums()) }
    return sums
  }

  /// The layer's float output, and where the layer ends a residual branch, what the values it is
  /// added to lack: the layer then makes up for their error as far as it can.
  private func compensated(
    _ output: Tensor, at position: Int, chunk: Int, _ streams: ActivationStreams
  ) throws -> Tensor {
    guard options.compensates, options.method != .bwn,
      let join = ResidualJoin(layer: node(at: position), graph: model.graph, weights: model.weights)
    else { return output }
    let open = Set(stops.filter { $0 >= position }.map { steps[$0].node })
    guard let error = try streams.error(of: join.others, chunk: chunk, open: open) else {
      return output
    }
    guard let inverse = join.inverseFactors else { return try output + error }
    let shape = [1, inverse.count] + [Int](repeating: 1, count: output.rank - 2)
    return try output + error * Tensor(inverse, shape: shape)
  }
}

/// What a worker makes of a chunk: its sums, or what they are to be made of.
private struct CalibratedChunk {
  var entered: EnteredChunk?
  var sums: [LayerCalibration] = []
}

/// A chunk that stands at a layer whose sums are wanted.
private struct EnteredChunk {
  /// N × C × H × W or N × C
  let inputs: Tensor
  /// N × places × filters
  let outputs: Tensor
  /// Of the output map.
  let rows: Int
  /// N × places
  let importance: Tensor?
  let sampler: PatchSampler

  func add(to groups: inout [LayerCalibration], products: KernelProducts) throws {
    var sampler = sampler
    let width = outputs.shape[1] / rows
    let longest = groups.map(\.extraction.patchLength).max() ?? 1
    // A sample of places is one of the whole map.
    let cut = Piece.cutting(
      images: inputs.shape[0], rows: sampler.isPartial(of: outputs.shape[1]) ? 1 : rows,
      rowBytes: 4 * longest * (sampler.isPartial(of: outputs.shape[1]) ? outputs.shape[1] : width))
    for piece in cut {
      let sample = try sampler.sample(of: outputs.shape[1])
      let inputs = try inputs.narrow(0, start: piece.images.lowerBound, length: piece.images.count)
      let results = try taken(outputs, piece, width, sample)
      let counts = try importance.map { try taken($0, piece, width, sample) }
      for index in groups.indices {
        let filters = groups[index].filters
        var patches = try groups[index].extraction.patches(
          of: inputs, rows: sample == nil ? piece.rows : nil)
        if let sample { patches = try patches.indexSelect(1, sample) }
        try groups[index].add(
          patches: patches.flatten(from: 0, to: 1),
          outputs: results.narrow(2, start: filters.lowerBound, length: filters.count)
            .flatten(from: 0, to: 1),
          importance: counts?.flatten(), products: products)
      }
    }
  }

  /// - Parameter values: N × places × …
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

/// Chooses places of the output map, by seed.
struct PatchSampler {
  private let perImage: Int?
  private var random: SplitMix64

  init(seed: UInt64, layer: Int, perImage: Int?) {
    self.perImage = perImage
    random = SplitMix64(state: seed &+ UInt64(layer) &* 0x9e37_79b9_7f4a_7c15)
  }

  /// One whose choice does not depend on what other chunks drew.
  func forChunk(_ chunk: Int) -> PatchSampler {
    var copy = self
    copy.random = SplitMix64(state: SplitMix64.word(seed: random.state, index: UInt64(chunk)))
    return copy
  }

  /// Whether fewer than all places are taken.
  func isPartial(of places: Int) -> Bool { perImage.map { $0 < places } ?? false }

  /// Indices of places, ascending, or `nil` for all.
  mutating func sample(of places: Int) throws(TorchError) -> Tensor? {
    guard let perImage, perImage < places else { return nil }
    let chosen = (0..<places).shuffled(using: &random).prefix(perImage).sorted()
    return try Tensor(chosen.map(Int64.init), shape: [perImage])
  }
}

/// Steele, Lea & Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  /// A number of its own for each index.
  static func word(seed: UInt64, index: UInt64) -> UInt64 {
    var random = SplitMix64(state: seed)
    random = SplitMix64(state: random.next() &+ index)
    return random.next()
  }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}

extension Operation {
  var isConvolution: Bool {
    if case .convolution = self { true } else { false }
  }

  /// Whether chunks have sums of their own, which are added up in order. Where G is large, there is
  /// one, and threads share its products.
  var sumsChunksInParallel: Bool {
    patchExtractions.reduce(0) {
      $0 + LayerCalibration.bytes(of: $1.extraction, filters: $1.filters.count)
    } <= 8 << 20
  }

  /// One problem per group: its inputs and its filters.
  var patchExtractions: [(extraction: PatchExtraction, filters: Range<Int>)] {
    switch self {
    case .convolution(let attributes):
      let inputs = attributes.inputChannels / attributes.groups
      let filters = attributes.outputChannels / attributes.groups
      return (0..<attributes.groups).map { group in
        (
          PatchExtraction(
            channels: inputs, firstChannel: group * inputs, convolution: attributes),
          group * filters..<(group + 1) * filters
        )
      }
    case .linear(let attributes):
      return [
        (
          PatchExtraction(channels: attributes.inputs, firstChannel: 0, convolution: nil),
          0..<attributes.outputs
        )
      ]
    default:
      return []
    }
  }
}

extension Tensor {
  /// N × C × H × W → N × places × C; N × C → N × 1 × C
  func rowsPerPlace() throws(TorchError) -> Tensor {
    guard rank == 4 else { return try unsqueeze(1) }
    return try permute([0, 2, 3, 1]).flatten(from: 1, to: 2)
  }
}

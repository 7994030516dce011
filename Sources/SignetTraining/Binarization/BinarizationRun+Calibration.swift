import SignetData
import SignetHashing
import SignetModel
import Torch

extension BinarizationRun {
  /// Patches are laid out in pieces of at most this many bytes, which is enough to keep matrix
  /// products busy.
  private var pieceBytes: Int { min(128 << 20, options.memoryBytes / 8) }

  /// Loads calibration images.
  ///
  /// - Parameters:
  ///   - images: how many, at most
  ///   - steps: the nodes that the streams will pass
  ///   - stops: positions of the layers that the streams will enter
  func streams(
    _ dataset: any ImageDataset, images: Int, steps: [ExecutionPlan.Step], stops: [Int],
    isSymmetric: Bool, shouldStop: () -> Bool
  ) throws -> ActivationStreams {
    let count = min(images, dataset.count)
    guard count > 0 else {
      throw TrainingError.mismatch(
        what: dataset.name, expected: "at least one image", found: "none")
    }
    let memory = ActivationMemory(
      graph: model.graph, steps: steps, layers: stops, images: count,
      isSymmetric: isSymmetric)
    let allowed = options.memoryBytes - pieceBytes
    guard memory.peak / 2 <= allowed else {
      throw TrainingError.memory(
        layer: memory.layer, needed: memory.peak / 2, allowed: options.memoryBytes)
    }
    let chunks = try calibrationImages(dataset, count: count, shouldStop: shouldStop)
    return ActivationStreams(
      graph: model.graph, steps: steps,
      parameters: try model.graph.nodes.map {
        try NodeParameters(node: $0, weights: model.weights, channelsLast: true)
      },
      images: chunks, holdsBFloat16: memory.peak > allowed, isSymmetric: isSymmetric)
  }

  /// The first images of the set as the seed shuffles it: chunks of at most `batchSize`.
  ///
  /// - Parameter reporting: whether images that cannot be read are told of, which once is enough
  func calibrationImages(
    _ dataset: any ImageDataset, count: Int, reporting: Bool = true, shouldStop: () -> Bool
  ) throws -> [Tensor] {
    var unreadable: DataError?
    let note = skipping.map { skipping in
      { (error: DataError) in
        unreadable = error
        if reporting { skipping(error) }
      }
    }
    let batches = BatchLoader(
      dataset: dataset, shape: model.graph.inputShape, preprocessing: model.preprocessing,
      batchSize: options.batchSize, shuffleSeed: options.seed
    ).batches(epoch: 0, skipping: note)
    var chunks: [Tensor] = []
    var taken = 0
    while taken < count, let batch = try batches.next() {
      try stop(if: shouldStop)
      let tensor = try Tensor(
        batch.images, shape: [batch.count] + model.graph.inputShape.extents)
      let used = min(batch.count, count - taken)
      chunks.append(try tensor.narrow(0, start: 0, length: used).channelsLast())
      taken += used
    }
    if taken == 0, let unreadable { throw unreadable }
    return chunks
  }

  /// Enters the layer with all chunks and sums up what its groups' problems need.
  ///
  /// - Parameter importance: what each place counts; `nil`: all alike.
  func calibrate(
    _ position: Int, _ streams: ActivationStreams, importance: PlaceImportance?,
    shouldStop: () -> Bool
  ) throws -> [CalibrationSums] {
    let layer = node(at: position)
    var groups = try layer.operation.patchExtractions.map {
      try LayerCalibration(extraction: $0.extraction, filters: $0.filters)
    }
    var sampler = PatchSampler(
      seed: options.seed, layer: position, perImage: options.patchesPerImage)
    for chunk in streams.chunks.indices {
      try stop(if: shouldStop)
      let (inputs, output) = try streams.enter(layer: position, chunk: chunk)
      let target = try compensated(output, at: position, chunk: chunk, streams)
      try add(
        inputs: inputs.binarized, outputs: target.rowsPerPlace(),
        importance: importance?.places(of: position, chunk: chunk), to: &groups,
        sampler: &sampler)
    }
    return try groups.map { try $0.sums() }
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

  /// - Parameters:
  ///   - inputs: N × C × H × W or N × C
  ///   - outputs: N × places × filters
  ///   - importance: N × places
  private func add(
    inputs: Tensor, outputs: Tensor, importance: Tensor?, to groups: inout [LayerCalibration],
    sampler: inout PatchSampler
  ) throws {
    let count = inputs.shape[0]
    let places = outputs.shape[1]
    let longest = groups.map(\.extraction.patchLength).max() ?? 1
    let pieceLength = max(1, pieceBytes / (places * longest * 4))
    for start in stride(from: 0, to: count, by: pieceLength) {
      let length = min(pieceLength, count - start)
      let piece = try inputs.narrow(0, start: start, length: length)
      let results = try outputs.narrow(0, start: start, length: length)
      var counts = try importance?.narrow(0, start: start, length: length)
      let sample = try sampler.sample(of: places)
      if let sample { counts = try counts?.indexSelect(1, sample) }
      for index in groups.indices {
        let filters = groups[index].filters
        var patches = try groups[index].extraction.patches(of: piece)
        var own = try results.narrow(2, start: filters.lowerBound, length: filters.count)
        if let sample {
          patches = try patches.indexSelect(1, sample)
          own = try own.indexSelect(1, sample)
        }
        try groups[index].add(
          patches: patches.flatten(from: 0, to: 1), outputs: own.flatten(from: 0, to: 1),
          importance: counts?.flatten())
      }
    }
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

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}

extension Operation {
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
  fileprivate func rowsPerPlace() throws(TorchError) -> Tensor {
    guard rank == 4 else { return try unsqueeze(1) }
    return try permute([0, 2, 3, 1]).flatten(from: 1, to: 2)
  }
}

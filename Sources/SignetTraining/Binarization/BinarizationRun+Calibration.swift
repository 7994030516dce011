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
  func streams(
    _ dataset: any ImageDataset, images: Int, steps: [ExecutionPlan.Step], isSymmetric: Bool,
    shouldStop: () -> Bool
  ) throws -> ActivationStreams {
    let count = min(images, dataset.count)
    guard count > 0 else {
      throw TrainingError.mismatch(
        what: dataset.name, expected: "at least one image", found: "none")
    }
    let memory = ActivationMemory(
      graph: model.graph, steps: steps, layers: layers, images: count,
      isSymmetric: isSymmetric)
    let allowed = options.memoryBytes - pieceBytes
    guard memory.peak / 2 <= allowed else {
      throw TrainingError.memory(
        layer: memory.layer, needed: memory.peak / 2, allowed: options.memoryBytes)
    }
    var unreadable: DataError?
    let note = skipping.map { skipping in
      { (error: DataError) in
        unreadable = error
        skipping(error)
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
    return ActivationStreams(
      graph: model.graph, steps: steps,
      parameters: try model.graph.nodes.map {
        try NodeParameters(node: $0, weights: model.weights, channelsLast: true)
      },
      images: chunks, holdsBFloat16: memory.peak > allowed, isSymmetric: isSymmetric)
  }

  /// Enters the layer with all chunks and sums up what its groups' problems need.
  func calibrate(
    _ position: Int, _ streams: ActivationStreams, shouldStop: () -> Bool
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
      try add(
        inputs: inputs.binarized, outputs: output.rowsPerPlace(), to: &groups, sampler: &sampler)
    }
    return try groups.map { try $0.sums() }
  }

  /// - Parameters:
  ///   - inputs: N × C × H × W or N × C
  ///   - outputs: N × places × filters
  private func add(
    inputs: Tensor, outputs: Tensor, to groups: inout [LayerCalibration],
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
      let sample = try sampler.sample(of: places)
      for index in groups.indices {
        let filters = groups[index].filters
        var patches = try groups[index].extraction.patches(of: piece)
        var own = try results.narrow(2, start: filters.lowerBound, length: filters.count)
        if let sample {
          patches = try patches.indexSelect(1, sample)
          own = try own.indexSelect(1, sample)
        }
        try groups[index].add(
          patches: patches.flatten(from: 0, to: 1), outputs: own.flatten(from: 0, to: 1))
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

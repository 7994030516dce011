import SignetModel
import Torch

/// Measures the Fisher information of the positions of layers' outputs in the float network, from
/// the scores' gradients.
struct FisherMeasurement {
  private let interpreter: Interpreter
  /// One per node of the graph.
  private let parameters: [NodeParameters]
  private let layers: Set<Int>
  private let imagesPerPass: Int
  private let seed: UInt64

  /// - Parameters:
  ///   - plan: of the whole network
  ///   - layers: whose outputs' positions are wanted
  init(
    model: Model, plan: ExecutionPlan, layers: Set<Int>, imagesPerPass: Int, seed: UInt64
  ) throws {
    interpreter = Interpreter(plan: plan)
    parameters = try model.graph.nodes.map {
      try NodeParameters(node: $0, weights: model.weights, channelsLast: true)
    }
    self.layers = layers
    self.imagesPerPass = imagesPerPass
    self.seed = seed
  }

  /// Runs the calibration images through the float network and back. Needs gradients.
  func weights(_ set: CalibrationSet, workers: Workers, passes: Workers) throws -> FisherWeights {
    var information: [Int: [Tensor]] = [:]
    var done = 0
    try set.forEachGroup(
      of: set.calibrating, count: set.images.taken, reporting: false, workers: workers
    ) { group in
      let felt = try passes.map(group.indices) {
        try self.information(of: group[$0], chunk: done + $0)
      }
      done += group.count
      for chunk in felt {
        for (layer, positions) in chunk { information[layer, default: []].append(positions) }
      }
    }
    return try FisherWeights(information: information)
  }

  /// Of a whole chunk, a few images at a time: by layer, N × positions.
  private func information(of images: Tensor, chunk: Int) throws -> [Int: Tensor] {
    // Random numbers of the chunk's own, whoever works on it.
    let generator = try Generator(seed: SplitMix64.word(seed: seed, index: UInt64(chunk)))
    var parts: [Int: [Tensor]] = [:]
    for start in stride(from: 0, to: images.shape[0], by: imagesPerPass) {
      let some = try images.narrow(
        0, start: start, length: min(imagesPerPass, images.shape[0] - start))
      let felt = try squaredGradients(some, generator)
      for (layer, positions) in felt { parts[layer, default: []].append(positions) }
    }
    return try parts.mapValues { try Tensor.cat($0) }
  }

  /// Σ over filters of (∂ direction · scores / ∂ output)², the sum over directions: by layer,
  /// N × positions.
  private func squaredGradients(_ images: Tensor, _ generator: Generator) throws -> [Int: Tensor] {
    let (output, probes) = try probed(images)
    let scores = try output.flatten(from: 1)
    let logits = try scores.detach()
    let probabilities = try (logits * (1 / FisherWeights.temperature)).softmax(1)
    let roots = try probabilities.sqrt()
    var felt: [Int: Tensor] = [:]
    for direction in 1...FisherWeights.directions {
      let noise = try roots * Tensor.randn(logits.shape, generator: generator)
      let seed = try noise - probabilities * noise.sum([1], keepDimensions: true)
      try scores.backward(seed: seed, retainGraph: direction < FisherWeights.directions)
      for (layer, probe) in probes {
        guard let gradient = try probe.grad else { continue }
        let positions = try gradient.square().sum([1])
        let flat = try positions.rank == 1 ? positions.unsqueeze(1) : positions.flatten(from: 1)
        felt[layer] = try felt[layer].map { try $0 + flat } ?? flat
        try probe.clearGrad()
      }
    }
    return felt
  }

  /// The network's output, and by layer the zeros that were added to its output: they collect the
  /// gradient of that output.
  private func probed(_ images: Tensor) throws -> (output: Tensor, probes: [Int: Tensor]) {
    let graph = interpreter.graph
    var values = Dictionary(
      graph.inputValues.map { ($0, images) }, uniquingKeysWith: { first, _ in first })
    var probes: [Int: Tensor] = [:]
    try interpreter.run(over: &values) { (layer, step, inputs) throws(TrainingError) in
      let value = try interpreter.apply(step, to: inputs) { parameters[$0].tensors }
      guard layers.contains(layer) else { return value }
      return try TrainingError.wrapping {
        let probe = try value.detach() * 0
        try probe.setRequiresGrad()
        probes[layer] = probe
        return try value + probe
      }
    }
    guard let output = graph.outputValues.first.flatMap({ values[$0] }) else {
      throw TrainingError.missing(what: "an activation", neededBy: "the output")
    }
    return (output, probes)
  }
}

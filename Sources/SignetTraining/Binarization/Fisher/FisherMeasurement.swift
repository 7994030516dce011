import SignetModel
import Torch

/// Measures the Fisher information of the positions of layers' outputs in the float network, from
/// the outputs' gradients.
struct FisherMeasurement {
  private let interpreter: Interpreter
  /// One per node of the graph.
  private let parameters: [NodeParameters]
  private let layers: Set<Int>
  private let directions: FisherDirections
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
    directions = FisherDirections(kinds: model.outputKinds)
    self.imagesPerPass = imagesPerPass
    self.seed = seed
  }

  /// Runs the calibration images through the float network and back. Needs gradients.
  func weights(_ set: CalibrationSet, workers: Workers, passes: Workers) throws -> FisherWeights {
    var information: [Int: [Tensor]] = [:]
    var filters: [Int: [Double]] = [:]
    var energies: [Double]?
    var done = 0
    try set.forEachGroup(
      of: set.calibrating, count: set.images.taken, reporting: false, workers: workers
    ) { group in
      // Of the first chunk, whose images do not depend on the number of workers.
      let scales = try energies ?? self.energies(group[0])
      energies = scales
      let felt = try passes.map(group.indices) {
        try self.information(of: group[$0], energies: scales, chunk: done + $0)
      }
      done += group.count
      for chunk in felt {
        for (layer, felt) in chunk {
          information[layer, default: []].append(felt.positions)
          filters[layer] = sums(filters[layer], felt.filters)
        }
      }
    }
    return try FisherWeights(information: information, filters: filters)
  }

  /// The squared gradients of a layer's output.
  private struct Felt {
    /// Summed over filters: N × positions
    var positions: Tensor
    /// Summed over images and positions: filters
    var filters: [Double]
  }

  private func sums(_ known: [Double]?, _ added: [Double]) -> [Double] {
    known.map { zip($0, added).map { $0 + $1 } } ?? added
  }

  /// Of a whole chunk, a few images at a time, by layer.
  ///
  /// - Parameter energies: by output, see ``FisherDirections``
  private func information(
    of inputs: [Tensor], energies: [Double], chunk: Int
  ) throws -> [Int: Felt] {
    // Random numbers of the chunk's own, whoever works on it.
    let generator = try Generator(seed: SplitMix64.word(seed: seed, index: UInt64(chunk)))
    var parts: [Int: [Tensor]] = [:]
    var filters: [Int: [Double]] = [:]
    let count = inputs[0].shape[0]
    for start in stride(from: 0, to: count, by: imagesPerPass) {
      let some = try inputs.map {
        try $0.narrow(0, start: start, length: min(imagesPerPass, count - start))
      }
      let felt = try squaredGradients(some, energies, generator)
      for (layer, felt) in felt {
        parts[layer, default: []].append(felt.positions)
        filters[layer] = sums(filters[layer], felt.filters)
      }
    }
    return try parts.reduce(into: [:]) { felt, part in
      felt[part.key] = Felt(
        positions: try Tensor.cat(part.value), filters: filters[part.key] ?? [])
    }
  }

  /// (∂ direction · outputs / ∂ output)², the sum over directions, by layer.
  private func squaredGradients(
    _ inputs: [Tensor], _ energies: [Double], _ generator: Generator
  ) throws -> [Int: Felt] {
    let (outputs, probes) = try probed(inputs)
    var felt: [Int: Felt] = [:]
    // What no gradient passes on the way to, such as the place of a maximum, tells nothing.
    guard outputs.contains(where: \.requiresGrad) else { return felt }
    let all = try outputs.count == 1 ? outputs[0] : Tensor.cat(outputs, 1)
    let seeds = try directions.seeds(for: outputs.map { try $0.detach() }, energies: energies)
    for direction in 1...FisherWeights.directions {
      let seed = try seeds.draw(generator)
      try all.backward(seed: seed, retainGraph: direction < FisherWeights.directions)
      for (layer, probe) in probes {
        guard let gradient = try probe.grad else { continue }
        let squares = try gradient.square()
        let positions = try squares.sum([1])
        let flat = try positions.rank == 1 ? positions.unsqueeze(1) : positions.flatten(from: 1)
        let others = [0] + Array(2..<squares.rank)
        felt[layer] = Felt(
          positions: try felt[layer].map { try $0.positions + flat } ?? flat,
          filters: sums(felt[layer]?.filters, try squares.to(.float64).sum(others).toDoubles()))
        try probe.clearGrad()
      }
    }
    return felt
  }

  /// Of each output that belongs to no classes the mean of ‖y‖² over the images; 1 of others.
  private func energies(_ inputs: [Tensor]) throws -> [Double] {
    guard directions.needEnergies else { return directions.kinds.map { _ in 1 } }
    return try noGrad {
      try zip(directions.kinds, probed(inputs).outputs).map { kind, output in
        guard !kind.isOfClasses else { return 1 }
        return try output.to(.float64).square().sum().item() / Double(output.shape[0])
      }
    }
  }

  /// The network's outputs, N × elements each, and by layer the zeros that were added to its output:
  /// they collect the gradient of that output.
  private func probed(_ inputs: [Tensor]) throws -> (outputs: [Tensor], probes: [Int: Tensor]) {
    let graph = interpreter.graph
    var values = Dictionary(
      zip(graph.inputValues, inputs), uniquingKeysWith: { first, _ in first })
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
    let outputs = try graph.outputs.map { output in
      guard let value = graph.value(named: output.value).flatMap({ values[$0] }) else {
        throw TrainingError.missing(what: "a value", neededBy: "output '\(output.name)'")
      }
      return try value.flatten(from: 1)
    }
    return (outputs, probes)
  }
}

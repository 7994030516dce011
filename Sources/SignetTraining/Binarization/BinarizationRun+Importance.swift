import SignetModel
import Torch

extension BinarizationRun {
  /// Measures what the places of the layers' outputs count, in the float network. Needs gradients.
  func measureImportance(shouldStop: () -> Bool) throws {
    guard options.weighsPlaces(of: model), let dataset, stops.contains(where: { isOpen($0) }) else {
      return
    }
    let parameters = try model.graph.nodes.map {
      try NodeParameters(node: $0, weights: model.weights, channelsLast: true)
    }
    let all = ExecutionPlan(model.graph).steps
    let stops = Set(stops)
    var information: [Int: [Tensor]] = [:]
    var done = 0
    let passes = Workers(
      threads: memory.gradientWorkers(
        atMost: threads, within: options.memoryBytes, images: images?.taken ?? 0))
    try eachGroup(
      of: dataset, count: images?.taken ?? 0, reporting: false, shouldStop: shouldStop
    ) { group in
      let felt = try passes.map(
        group.indices, check: { try stop(if: shouldStop) },
        { index in
          // Random numbers of the chunk's own, whoever works on it.
          let generator = try Generator(
            seed: SplitMix64.word(seed: options.seed, index: UInt64(done + index)))
          return try squaredGradients(group[index], all, parameters, at: stops, generator)
        })
      done += group.count
      for chunk in felt {
        for (position, places) in chunk { information[position, default: []].append(places) }
      }
    }
    importance = try PlaceImportance(information: information)
  }

  /// Whether a layer's sums are needed: no checkpoint knows its codes, or it is refitted.
  private func isOpen(_ position: Int) -> Bool { solved[node(at: position).name] == nil }

  /// The same of a whole chunk, a few images at a time.
  private func squaredGradients(
    _ chunk: Tensor, _ steps: [ExecutionPlan.Step], _ parameters: [NodeParameters],
    at stops: Set<Int>, _ generator: Generator
  ) throws -> [Int: Tensor] {
    var parts: [Int: [Tensor]] = [:]
    for start in stride(from: 0, to: chunk.shape[0], by: layout.imagesPerPass) {
      let images = try chunk.narrow(
        0, start: start, length: min(layout.imagesPerPass, chunk.shape[0] - start))
      let felt = try squaredGradientsAtOnce(images, steps, parameters, at: stops, generator)
      for (position, places) in felt { parts[position, default: []].append(places) }
    }
    return try parts.mapValues { try Tensor.cat($0) }
  }

  /// Σ over filters of (∂ direction · scores / ∂ output)², the sum over directions: by position,
  /// N × places.
  private func squaredGradientsAtOnce(
    _ images: Tensor, _ steps: [ExecutionPlan.Step], _ parameters: [NodeParameters],
    at stops: Set<Int>, _ generator: Generator
  ) throws -> [Int: Tensor] {
    var values = [0: images]
    // Zeros added to a layer's output collect the gradient of that output.
    var probes: [Int: Tensor] = [:]
    var scores = images
    for (position, step) in steps.enumerated() {
      let node = model.graph.nodes[step.node]
      var value = try node.operation.apply(
        to: step.inputs.compactMap { values[$0] }, parameters: parameters[step.node].tensors,
        outputShape: step.outputShape, mode: OperationMode())
      if stops.contains(position) {
        let probe = try (value.detach() * 0)
        try probe.setRequiresGrad()
        probes[position] = probe
        value = try value + probe
      }
      for freed in step.freed { values[freed] = nil }
      values[step.node + 1] = value
      scores = value
    }
    scores = try scores.flatten(from: 1)
    let logits = try scores.detach()
    let probabilities = try (logits * (1 / PlaceImportance.temperature)).softmax(1)
    let roots = try probabilities.sqrt()
    var felt: [Int: Tensor] = [:]
    for direction in 1...PlaceImportance.directions {
      let noise = try roots * Tensor.randn(logits.shape, generator: generator)
      let seed = try noise - probabilities * noise.sum([1], keepDimensions: true)
      try scores.backward(seed: seed, retainGraph: direction < PlaceImportance.directions)
      for (position, probe) in probes {
        guard let gradient = try probe.grad else { continue }
        let places = try gradient.square().sum([1])
        let flat = try places.rank == 1 ? places.unsqueeze(1) : places.flatten(from: 1)
        felt[position] = try felt[position].map { try $0 + flat } ?? flat
        try probe.clearGrad()
      }
    }
    return felt
  }
}

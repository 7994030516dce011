import SignetModel

/// Counts the moments of a binarization at which much is held.
struct CalibrationStages {
  private(set) var stages: [CalibrationMemory.Stage] = []
  /// What one more thread at work takes, at most.
  private(set) var workerBytes = 0
  /// What one more pass with gradients takes.
  private(set) var passBytes = 0

  private let options: BinarizationOptions
  private let layout: CalibrationLayout
  private let selection: LayerSelection
  private let isFisherWeighted: Bool
  /// What is known of one image's outputs in the float network while layers are tried alone; that of
  /// class scores is too little to count.
  private let outputBytes: Int
  /// The model's own weights.
  private let weightBytes: Int
  /// Batches that are decoded, with those ahead.
  private let loadingBytes: Int

  init(
    model: Model, options: BinarizationOptions, layout: CalibrationLayout,
    selection: LayerSelection
  ) {
    self.options = options
    self.layout = layout
    self.selection = selection
    isFisherWeighted = options.isFisherWeighted(model)
    weightBytes = model.graph.nodes.reduce(0) { $0 + $1.operation.parameterBytes }
    outputBytes = model.graph.outputs.filter { !model.outputKind(of: $0).isOfClasses }.reduce(0) {
      $0 + 4 * model.graph.shape(of: $1).elementCount
    }
    let imageBytes = model.graph.inputs.reduce(0) { $0 + 4 * $1.shape.elementCount }
    loadingBytes =
      (layout.prefetch + 1 + 2 * CalibrationMemory.workers) * layout.imagesPerChunk * imageBytes
  }

  private var plan: ExecutionPlan { selection.plan }

  mutating func addAll() {
    let stops = selection.stops
    let largest = plan.steps[selection.steps].max {
      $0.outputShape.elementCount < $1.outputShape.elementCount
    }
    let name = largest.map { plan.graph.nodes[$0.node].name } ?? ""
    let weighted =
      isFisherWeighted
      ? stops.reduce(0) { $0 + 4 * plan.steps[$1].outputShape.positions } : 0
    if isFisherWeighted {
      passBytes = layout.imagesPerPass * layout.passBytesPerImage
      add(
        .init(layer: name, fixed: 2 * weightBytes + loadingBytes + passBytes, others: 2 * weighted),
        worker: 0)
    }
    if options.needsSurvey {
      addLayers(selection.layers, steps: plan.steps.indices, survey: true, weighted: outputBytes)
    }
    addLayers(stops, steps: selection.steps, survey: false, weighted: weighted)
    let pass = layout.imagesPerChunk * (layout.bytesPerImage.max() ?? 0)
    add(
      .init(
        layer: name, fixed: 4 * weightBytes + loadingBytes + CalibrationMemory.workers * pass),
      worker: pass)
  }

  private mutating func add(_ stage: CalibrationMemory.Stage, worker: Int) {
    stages.append(stage)
    workerBytes = max(workerBytes, worker)
  }

  /// - Parameters:
  ///   - stops: the layers whose sums are wanted
  ///   - steps: those that the networks pass
  ///   - survey: whether layers become binary alone, on up to a few images
  ///   - weighted: bytes of an image's Fisher weights, or of its outputs
  private mutating func addLayers(
    _ stops: [Int], steps: Range<Int>, survey: Bool, weighted: Int
  ) {
    let held = plan.heldElements
    // Until the first binary layer both networks are one.
    var networks = 1
    var before = 0
    var start = 0
    for layer in steps where stops.contains(layer) {
      let step = plan.steps[layer]
      let node = plan.graph.nodes[step.node]
      let output = step.outputShape.elementCount
      // Before the layer's codes are known its output exists in the float network only.
      let own = 4 * (held[layer] * networks + output)
      let input = step.inputs.first.map { plan.graph.shape(of: $0).elementCount } ?? 0
      let costs = LayerCosts(
        operation: node.operation, width: step.outputShape.width, options: options, layout: layout,
        forward: layout.bytesPerImage[start...layer].max() ?? 0,
        ends: 4 * (input * 2 + output * 6), isSolved: selection.layers.contains(layer),
        survey: survey)
      let parameters = plan.steps[start...layer].reduce(0) {
        $0 + plan.graph.nodes[$1.node].operation.parameterBytes
      }
      let passing =
        2 * parameters + CalibrationMemory.workers * costs.forward
        + (start == 0 ? loadingBytes : 0)
      let summing = costs.parameters + CalibrationMemory.workers * costs.summing + costs.sums
      add(
        .init(
          layer: node.name,
          fixed: weightBytes + (survey ? weightBytes : 0) + max(passing, summing, costs.solving),
          activations: max(own, before), others: weighted,
          images: survey ? BinarizationOptions.surveyImages : .max,
          staged: CalibrationMemory.workers * layout.imagesPerChunk),
        worker: max(costs.forward, costs.summing))
      before = own
      start = layer
      if !options.symmetric, !survey { networks = 2 }
    }
  }
}

extension Shape {
  /// Positions of a map; a vector is one.
  fileprivate var positions: Int { height * width }
}

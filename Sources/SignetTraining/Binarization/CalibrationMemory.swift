import SignetHashing
import SignetModel

/// What binarizing a network holds in memory at its fullest moments, counted from the shapes alone,
/// before anything is run.
struct CalibrationMemory {
  /// What the process takes before it holds anything of a network: its code and libtorch's, and
  /// what libtorch prepares.
  static let processBytes = 320 << 20
  /// Threads at work that there is room for in any case. More work where memory is left, so that the
  /// images taken do not depend on how many threads there are.
  static let workers = 2

  /// A moment at which much is held.
  struct Stage {
    /// The layer that is worked on.
    var layer: String
    /// Whatever the images.
    var fixed: Int
    /// Activations of one image, as float32.
    var activations = 0
    /// Other numbers of one image.
    var others = 0
    /// Images at most, where this stage does not take all of them.
    var images = Int.max

    func bytes(images: Int, half: Bool) -> Int {
      let count = min(images, self.images)
      return fixed + count * (others + (half ? (activations + 1) / 2 : activations))
    }
  }

  private(set) var stages: [Stage] = []
  /// What one more thread at work takes, at most.
  private(set) var workerBytes = 0
  /// What one more pass with gradients takes.
  private var passBytes = 0

  private let model: Model
  private let options: BinarizationOptions
  private let layout: CalibrationLayout
  /// The model's own weights.
  private let weightBytes: Int
  /// Batches that are decoded, with those ahead.
  private let loadingBytes: Int

  /// - Parameters:
  ///   - steps: the nodes up to the last layer to be solved or refitted
  ///   - stops: positions of the layers to be solved or refitted
  ///   - layers: of those to be solved
  ///   - weighsPlaces: whether gradients are measured first
  init(
    model: Model, options: BinarizationOptions, layout: CalibrationLayout,
    steps: [ExecutionPlan.Step], stops: [Int], layers: [Int], weighsPlaces: Bool
  ) {
    self.model = model
    self.options = options
    self.layout = layout
    weightBytes = model.graph.nodes.reduce(0) { $0 + $1.operation.parameterBytes }
    let imageBytes = 4 * model.graph.inputShape.elementCount
    loadingBytes =
      (layout.prefetch + 1 + 2 * Self.workers) * layout.imagesPerChunk * imageBytes
    let places = weighsPlaces ? stops.reduce(0) { $0 + 4 * steps[$1].outputShape.places } : 0
    if weighsPlaces {
      let pass = layout.imagesPerPass * layout.passBytesPerImage
      addStage(
        Stage(
          layer: name(at: steps.largest),
          fixed: 2 * weightBytes + loadingBytes + pass, others: 2 * places),
        worker: 0)
      passBytes = pass
    }
    if options.needsSurvey {
      addLayers(
        layers, all: ExecutionPlan(model.graph).steps, survey: true, layers: layers, places: 0)
    }
    addLayers(stops, all: steps, survey: false, layers: layers, places: places)
    let pass = layout.imagesPerChunk * (layout.bytesPerImage.max() ?? 0)
    addStage(
      Stage(
        layer: name(at: steps.largest), fixed: 4 * weightBytes + loadingBytes + Self.workers * pass),
      worker: pass)
  }

  /// The fullest stage.
  func peak(images: Int, half: Bool) -> (layer: String, bytes: Int) {
    let fullest = stages.max {
      $0.bytes(images: images, half: half) < $1.bytes(images: images, half: half)
    }
    return (
      fullest?.layer ?? "",
      Self.processBytes + (fullest?.bytes(images: images, half: half) ?? 0)
    )
  }

  /// The most images that the limit holds; a negative number where not even none fits.
  func images(within limit: Int, half: Bool) -> Int {
    stages.reduce(Int.max) { most, stage in
      let left = limit - Self.processBytes - stage.fixed
      guard left >= 0 else { return -1 }
      let each = stage.bytes(images: 1, half: half) - stage.fixed
      guard each > 0, left / each < stage.images else { return most }
      return min(most, left / each)
    }
  }

  /// As many threads as the memory that images leave lets work.
  func workers(atMost threads: Int, images: CalibrationImages?, within limit: Int) -> Int {
    let held = peak(images: images?.taken ?? 0, half: images?.holdsBFloat16 ?? false).bytes
    return max(1, min(threads, Self.workers + max(0, limit - held) / max(1, workerBytes)))
  }

  /// The same for passes with gradients, one of which there is room for in any case.
  func gradientWorkers(atMost threads: Int, within limit: Int, images: Int) -> Int {
    guard passBytes > 0, let stage = stages.first else { return 1 }
    let left = limit - Self.processBytes - stage.bytes(images: images, half: false)
    return max(1, min(threads, 1 + max(0, left) / passBytes))
  }

  private mutating func addStage(_ stage: Stage, worker: Int) {
    stages.append(stage)
    workerBytes = max(workerBytes, worker)
  }

  /// - Parameters:
  ///   - stops: positions of the layers whose sums are wanted
  ///   - all: the steps that streams pass
  ///   - survey: whether layers become binary alone, on up to a few images
  private mutating func addLayers(
    _ stops: [Int], all steps: [ExecutionPlan.Step], survey: Bool, layers: [Int], places: Int
  ) {
    var live: [Int: Int] = [0: model.graph.inputShape.elementCount]
    // Until the first binary layer both networks are one.
    var streams = 1
    var before = 0
    var start = 0
    for (position, step) in steps.enumerated() {
      let output = step.outputShape.elementCount
      if stops.contains(position) {
        // Before the layer's codes are known its output exists in the float network only.
        let own = 4 * (live.values.reduce(0, +) * streams + output)
        let costs = Costs(
          operation: model.graph.nodes[step.node].operation,
          width: step.outputShape.width, options: options, layout: layout,
          forward: (layout.bytesPerImage[start...position].max() ?? 0),
          ends: 4 * ((live[step.inputs[0]] ?? 0) * 2 + output * 6),
          isSolved: layers.contains(position), survey: survey)
        let parameters = steps[start...position].reduce(0) {
          $0 + model.graph.nodes[$1.node].operation.parameterBytes
        }
        let passing =
          2 * parameters + Self.workers * costs.forward + (start == 0 ? loadingBytes : 0)
        let summing = costs.parameters + Self.workers * costs.summing + costs.sums
        addStage(
          Stage(
            layer: model.graph.nodes[step.node].name,
            fixed: weightBytes + (survey ? weightBytes : 0)
              + max(passing, summing, costs.solving),
            activations: max(own, before), others: places,
            images: survey ? BinarizationOptions.surveyImages : .max),
          worker: max(costs.forward, costs.summing))
        before = own
        start = position
        if !options.symmetric, !survey { streams = 2 }
      }
      live[step.node + 1] = output
      for freed in step.freed { live[freed] = nil }
    }
  }

  private func name(at step: ExecutionPlan.Step?) -> String {
    step.map { model.graph.nodes[$0.node].name } ?? ""
  }
}

/// What one layer costs, whatever the images.
private struct Costs {
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
    operation: SignetModel.Operation, width: Int, options: BinarizationOptions,
    layout: CalibrationLayout, forward: Int, ends: Int, isSolved: Bool, survey: Bool
  ) {
    let groups = operation.patchExtractions
    let own = groups.reduce(0) {
      $0 + LayerCalibration.bytes(of: $1.extraction, filters: $1.filters.count)
    }
    // Patches, their places before they are joined, and the product's packed blocks.
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
          codes: options.budget == nil ? options.codes : 4)
        let problem = layer.gramBytes + 2 * layer.filterBytes
        // w twice more while its signs are taken.
        let starting = 3 * layer.filterBytes
        // A problem with a ridge is a copy.
        let ridged = options.ridge > 0 ? layer.gramBytes + layer.filterBytes : 0
        return problem + (survey ? layer.gramBytes : 0)
          + (isSolved ? max(starting, ridged + layer.descentBytes) : layer.refitBytes)
      }.max() ?? 0
    solving = largest + (groups.count > 1 ? own : 0)
  }
}

extension Array where Element == ExecutionPlan.Step {
  /// The step of the largest value.
  fileprivate var largest: ExecutionPlan.Step? {
    self.max { $0.outputShape.elementCount < $1.outputShape.elementCount }
  }
}

extension Shape {
  /// Places of a map; a vector is one.
  fileprivate var places: Int { height * width }
}

extension SignetModel.Operation {
  /// Bytes of the parameters as float32.
  fileprivate var parameterBytes: Int {
    parameters.reduce(0) { $0 + 4 * $1.shape.reduce(1, *) }
  }
}

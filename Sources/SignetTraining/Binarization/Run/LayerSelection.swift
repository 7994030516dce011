import SignetModel

/// The layers that a binarization solves, and the float ones that it refits.
///
/// Layers go by the index of their step in the plan of the whole network.
struct LayerSelection {
  let model: Model
  let plan: ExecutionPlan
  /// The layers to solve, in forward order.
  private(set) var layers: [Int]
  /// All layers with float weights, whether they are solved or not.
  private let floatLayers: [Int]
  private let refits: Bool
  /// The steps up to the last layer to be solved or refitted, as it was first known.
  let steps: Range<Int>

  /// - Throws: ``TrainingError/nothingToBinarize``, or what ``KeepPattern/layers(of:)`` throws.
  init(_ model: Model, options: BinarizationOptions) throws(TrainingError) {
    self.model = model
    plan = ExecutionPlan(model.graph)
    refits = options.refits
    let kept = try options.keep.layers(of: model.graph)
    let nodes = plan.steps.map { model.graph.nodes[$0.node] }
    floatLayers = nodes.indices.filter {
      nodes[$0].operation.isBinarizable && !model.isBinary(nodes[$0])
    }
    layers = floatLayers.filter { !kept.contains(nodes[$0].name) }
    guard let lastLayer = layers.last else { throw .nothingToBinarize }
    steps = 0..<(refits ? floatLayers.last ?? lastLayer : lastLayer) + 1
  }

  /// Leaves layers in float after all.
  mutating func remove(_ isFloat: (Node) -> Bool) {
    layers = layers.filter { !isFloat(node(at: $0)) }
  }

  /// The layers to solve and the float ones behind them to refit.
  var stops: [Int] {
    guard refits else { return layers }
    var changed: Set<ValueID> = []
    var stops: [Int] = []
    for index in steps {
      let step = plan.steps[index]
      let isLayer = layers.contains(index)
      let follows = step.inputs.contains(where: changed.contains)
      if isLayer || follows { changed.insert(step.value) }
      if isLayer || follows && floatLayers.contains(index) { stops.append(index) }
    }
    return stops
  }

  /// Nodes whose binary parameters are not known before a layer is solved.
  func open(at layer: Int) -> Set<Int> {
    Set(stops.filter { $0 >= layer }.map { plan.steps[$0].node })
  }

  func node(at layer: Int) -> Node { model.graph.nodes[plan.steps[layer].node] }

  func weight(at layer: Int) throws(TrainingError) -> Weight {
    let node = node(at: layer)
    guard let weight = model.weight(.weight, of: node) else {
      throw .missing(what: "a weight", neededBy: "layer '\(node.name)'")
    }
    return weight
  }

  /// - Throws: ``TrainingError/notFinite(layer:part:)``
  func checkWeights() throws(TrainingError) {
    for layer in stops {
      let node = node(at: layer)
      guard model.weight(.weight, of: node)?.floats.allSatisfy(\.isFinite) ?? false else {
        throw .notFinite(layer: node.name, part: .weights)
      }
    }
  }
}

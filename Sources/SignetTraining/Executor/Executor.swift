import SignetModel
import Torch

/// Runs a model's graph on libtorch: the float arithmetic that everything else is measured against.
///
/// Binary weights are expanded once to `Σ_k α_k b_k`. Values are freed as soon as their last reader
/// ran. Several threads may ask one executor for class scores; whoever trains must be alone.
public final class Executor: Classifier {
  public struct Options: Sendable, Hashable {
    public var precision: Precision
    /// N-H-W-C order in memory, which convolutions prefer.
    public var channelsLast: Bool

    public init(precision: Precision = .float32, channelsLast: Bool = true) {
      self.precision = precision
      self.channelsLast = channelsLast
    }
  }

  public let graph: Graph
  public let options: Options
  let plan: ExecutionPlan
  /// For training where nobody looks at the values between.
  private let fusedPlan: ExecutionPlan
  /// One per node of the graph.
  var parameters: [NodeParameters]
  /// How latent weights become the weights of binary layers.
  var straightThrough = StraightThrough()
  /// The share of a training run that is done.
  var progress = 1.0

  public var inputShape: Shape { graph.inputShape }
  public var classCount: Int { graph.outputShape.elementCount }

  public convenience init(
    model: Model, options: Options = Options()
  ) throws(TrainingError) {
    let parameters = try TrainingError.wrapping {
      try model.graph.nodes.map {
        try NodeParameters(
          node: $0, weights: model.weights, channelsLast: options.channelsLast)
      }
    }
    self.init(graph: model.graph, parameters: parameters, options: options)
  }

  init(graph: Graph, parameters: [NodeParameters], options: Options) {
    self.graph = graph
    self.parameters = parameters
    self.options = options
    plan = ExecutionPlan(graph)
    fusedPlan = ExecutionPlan(graph, fusesBatchNorms: true)
  }

  /// Called with each value right after it was computed. The tensor may be overwritten later unless
  /// the caller holds a copy only as long as the call; with a capture set nothing is overwritten.
  public typealias Capture = (_ node: Node, _ value: Tensor) throws(TrainingError) -> Void

  /// Class scores without recording gradients.
  ///
  /// - Parameters:
  ///   - images: count × C × H × W, preprocessed
  ///   - capture: sees every node's value
  /// - Returns: count × the output's shape, float32
  public func forward(
    _ images: Tensor, capture: Capture? = nil
  ) throws(TrainingError) -> Tensor {
    try noGrad { () throws(TrainingError) -> Tensor in
      try run(images, for: .inference, capture: capture)
    }
  }

  /// Runs the network.
  ///
  /// - Parameter inputs: one per input of the graph, batch first
  /// - Returns: one per output of the graph, batch first
  public func outputs(_ inputs: [String: DenseTensor]) throws(TrainingError) -> [String: DenseTensor] {
    var found: [String: DenseTensor] = [:]
    for output in graph.outputs {
      guard let input = inputs[graph.inputs[0].name] else { throw .mismatch(what: "input", expected: graph.inputs[0].name, found: "none") }
      let one = Executor(graph: try! Graph(inputs: graph.inputs, nodes: graph.nodes, outputs: [output]), parameters: parameters, options: options)
      let t = try one.forward(try! Tensor(input.values, shape: input.extents))
      found[output.name] = DenseTensor(extents: t.shape, values: try! t.toFloats())
    }
    return found
  }

  /// Class scores with gradients recorded, batch statistics in batch norm, and dropout.
  func forwardTraining(_ images: Tensor, capture: Capture? = nil) throws(TrainingError) -> Tensor {
    try run(images, for: .training, capture: capture)
  }

  /// Moves batch norm's running statistics towards those of a batch.
  ///
  /// - Parameter momentum: 1 takes the batch's
  func updateStatistics(_ images: Tensor, momentum: Double) throws(TrainingError) {
    try noGrad { () throws(TrainingError) in
      _ = try run(images, for: .statistics(momentum: momentum), capture: nil)
    }
  }

  /// - Parameter images: count × C × H × W, preprocessed, row-major
  /// - Returns: count × classes, row-major
  public func logits(images: [Float], count: Int) throws -> [Float] {
    let expected = count * inputShape.elementCount
    guard count > 0, images.count == expected else {
      throw TrainingError.mismatch(
        what: "images", expected: "\(expected) numbers for \(count) images of \(inputShape)",
        found: "\(images.count)")
    }
    return try forward(Tensor(images, shape: [count] + inputShape.extents)).toFloats()
  }

  private func run(
    _ images: Tensor, for purpose: OperationMode.Purpose, capture: Capture?
  ) throws(TrainingError) -> Tensor {
    guard images.rank == inputShape.extents.count + 1,
      Array(images.shape.dropFirst()) == inputShape.extents
    else {
      throw .mismatch(
        what: "images", expected: "count×\(inputShape)", found: "\(Shape(images.shape))")
    }
    guard options.precision == .bfloat16 else {
      return try runNodes(images, for: purpose, capture: capture)
    }
    // Errors of nodes say more than the one kind that the scope lets pass.
    let result = try TrainingError.wrapping {
      try withAutocast(.bfloat16) { () throws(TorchError) -> Result<Tensor, TrainingError> in
        Result { () throws(TrainingError) -> Tensor in
          try runNodes(images, for: purpose, capture: capture)
        }
      }
    }
    let scores = try result.get()
    return try TrainingError.wrapping { try scores.to(.float32) }
  }

  private func runNodes(
    _ images: Tensor, for purpose: OperationMode.Purpose, capture: Capture?
  ) throws(TrainingError) -> Tensor {
    var values = [Tensor?](repeating: nil, count: graph.nodes.count + 1)
    values[0] = try TrainingError.wrapping {
      options.channelsLast ? try images.channelsLast() : images
    }
    let plan = purpose == .training && capture == nil ? fusedPlan : plan
    for step in plan.steps {
      let node = graph.nodes[step.node]
      let inputs = step.inputs.compactMap { values[$0] }
      for value in step.freed { values[value] = nil }
      do throws(TorchError) {
        if let norm = step.batchNorm, case .batchNorm(let attributes) = graph.nodes[norm].operation
        {
          values[step.node + 1] = try attributes.applyWithReLU(
            to: inputs[0], adding: inputs.dropFirst().first,
            parameters: resolvedParameters(of: norm, for: purpose))
        } else {
          values[step.node + 1] = try node.operation.apply(
            to: inputs, parameters: resolvedParameters(of: step.node, for: purpose),
            outputShape: step.outputShape,
            mode: OperationMode(
              purpose: purpose, mayOverwriteInput: capture == nil && step.mayOverwriteInput))
        }
      } catch {
        throw .node(name: node.name, error)
      }
      if let capture, let value = values[step.node + 1] { try capture(node, value) }
    }
    guard let output = values[plan.output] else {
      throw .mismatch(what: "output", expected: "a value", found: "none")
    }
    return output
  }

  private func resolvedParameters(
    of node: Int, for purpose: OperationMode.Purpose
  ) throws(TorchError) -> [ParameterRole: Tensor] {
    try parameters[node].resolved { (latent) throws(TorchError) in
      try latent.weight(straightThrough, progress: progress, training: purpose == .training)
    }
  }
}

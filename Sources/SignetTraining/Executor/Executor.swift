import SignetModel
import Torch

/// Runs a model's graph on libtorch: the float arithmetic that everything else is measured against.
///
/// Binary weights are expanded once to `Σ_k α_k b_k`. Values are freed as soon as their last reader
/// ran. Several threads may ask one executor for class scores; whoever trains must be alone.
public final class Executor: Classifier {
  /// How an executor computes.
  public struct Options: Sendable, Hashable {
    /// In what convolutions and matrix products compute.
    public var precision: Precision
    /// N-H-W-C order in memory, which convolutions prefer.
    public var channelsLast: Bool

    /// Float32, in the order that convolutions prefer, unless said otherwise.
    public init(precision: Precision = .float32, channelsLast: Bool = true) {
      self.precision = precision
      self.channelsLast = channelsLast
    }
  }

  /// What is run.
  public let graph: Graph
  /// How it computes.
  public let options: Options
  let plan: ExecutionPlan
  /// For training where nobody looks at the values between.
  private let fusedPlan: ExecutionPlan
  /// One per node of the graph.
  var parameters: [NodeParameters]
  /// How latent weights become the weights of binary layers.
  var straightThrough = StraightThrough()
  /// Whether batch norms keep their statistics while the network is trained.
  var holdsStatistics = false
  /// The processes over whose images batch norms take their statistics, where that is not this one.
  var statisticsGroup: ProcessGroup?
  /// The share of a training run that is done.
  var progress = 1.0

  /// Shape of the first input, `C×H×W` of an image.
  public var inputShape: Shape { graph.inputShape }
  /// Elements of the first output.
  public var classCount: Int { graph.outputShape.elementCount }

  /// Brings the model's weights to libtorch, codes expanded.
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
      try run([images], for: .inference, capture: capture)[0]
    }
  }

  /// - Parameter inputs: by input, count × its shape, row-major
  /// - Returns: of the first output, count × classes, row-major
  public func logits(inputs: [[Float]], count: Int) throws -> [Float] {
    var tensors: [Tensor] = []
    for (values, input) in zip(inputs, graph.inputs) {
      tensors.append(try Tensor(values, shape: [count] + input.shape.extents))
    }
    return try predicted(tensors)[0].toFloats()
  }

  /// One per output, with gradients recorded, batch statistics in batch norm, and dropout.
  ///
  /// - Parameter inputs: one per input, batch first
  func forwardTraining(
    _ inputs: [Tensor], capture: Capture? = nil
  ) throws(TrainingError) -> [Tensor] {
    try run(inputs, for: .training, capture: capture)
  }

  /// Moves batch norm's running statistics towards those of a batch.
  ///
  /// - Parameter momentum: 1 takes the batch's
  func updateStatistics(_ inputs: [Tensor], momentum: Double) throws(TrainingError) {
    try noGrad { () throws(TrainingError) in
      _ = try run(inputs, for: .statistics(momentum: momentum), capture: nil)
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

  /// - Parameter inputs: one per input of the graph, batch first
  /// - Returns: one per output of the graph, float32
  func run(
    _ inputs: [Tensor], for purpose: OperationMode.Purpose, capture: Capture?
  ) throws(TrainingError) -> [Tensor] {
    guard inputs.count == graph.inputs.count else {
      throw .mismatch(
        what: "inputs", expected: graph.inputs.map(\.name).joined(separator: ", "),
        found: "\(inputs.count)")
    }
    for (tensor, input) in zip(inputs, graph.inputs) {
      guard Array(tensor.shape.dropFirst()) == input.shape.extents, tensor.rank > 0 else {
        throw .mismatch(
          what: input.name == Graph.inputName ? "images" : "input '\(input.name)'",
          expected: "count×\(input.shape)", found: "\(Shape(tensor.shape))")
      }
    }
    guard options.precision == .bfloat16 else {
      return try runNodes(inputs, for: purpose, capture: capture)
    }
    // Errors of nodes say more than the one kind that the scope lets pass.
    let result = try TrainingError.wrapping {
      try withAutocast(.bfloat16) { () throws(TorchError) -> Result<[Tensor], TrainingError> in
        Result { () throws(TrainingError) -> [Tensor] in
          try runNodes(inputs, for: purpose, capture: capture)
        }
      }
    }
    var outputs: [Tensor] = []
    for output in try result.get() {
      outputs.append(try TrainingError.wrapping { try output.to(.float32) })
    }
    return outputs
  }

  private func runNodes(
    _ inputs: [Tensor], for purpose: OperationMode.Purpose, capture: Capture?
  ) throws(TrainingError) -> [Tensor] {
    var values: [ValueID: Tensor] = [:]
    for (id, input) in zip(graph.inputValues, inputs) {
      values[id] = try TrainingError.wrapping {
        options.channelsLast && input.rank == 4 ? try input.channelsLast() : input
      }
    }
    let holds = holdsStatistics && purpose == .training
    // Fused steps have batch statistics.
    let isFused =
      purpose == .training && capture == nil && !holds && statisticsGroup == nil
    let interpreter = Interpreter(plan: isFused ? fusedPlan : plan)
    try interpreter.run(over: &values) { (_, step, inputs) throws(TrainingError) in
      let mode = OperationMode(
        purpose: purpose, holdsStatistics: holds, statisticsGroup: statisticsGroup,
        mayOverwriteInput: capture == nil && step.mayOverwriteInput)
      let value = try interpreter.apply(step, to: inputs, mode: mode) { (node) throws(TorchError) in
        try resolvedParameters(of: node, for: purpose)
      }
      try capture?(graph.nodes[step.node], value)
      return value
    }
    var outputs: [Tensor] = []
    for output in graph.outputs {
      guard let id = graph.value(named: output.value), let value = values[id] else {
        throw .missing(what: "a value", neededBy: "output '\(output.name)'")
      }
      outputs.append(value)
    }
    return outputs
  }

  private func resolvedParameters(
    of node: Int, for purpose: OperationMode.Purpose
  ) throws(TorchError) -> [ParameterRole: Tensor] {
    try parameters[node].resolved { (latent) throws(TorchError) in
      try latent.weight(straightThrough, progress: progress, training: purpose == .training)
    }
  }
}

import SignetModel
import Torch

extension Executor: NamedNetwork {
  /// The graph's inputs.
  public var inputs: [GraphInput] { graph.inputs }

  /// Runs the network.
  ///
  /// - Parameter inputs: one per input of the graph, batch first; extents that the graph leaves open
  ///   may be any
  /// - Returns: one per output of the graph, batch first
  /// - Throws: ``TrainingError`` naming the input, what was expected and found.
  public func outputs(
    _ inputs: [String: DenseTensor]
  ) throws(TrainingError) -> [String: DenseTensor] {
    var tensors: [Tensor] = []
    var shapes: [String: Shape] = [:]
    for input in graph.inputs {
      guard let given = inputs[input.name] else {
        throw .missing(what: "a tensor", neededBy: "input '\(input.name)'")
      }
      shapes[input.name] = Shape(Array(given.extents.dropFirst()))
      tensors.append(
        try TrainingError.wrapping { try Tensor(given.values, shape: given.extents) })
    }
    let results = try sized(for: shapes).predicted(tensors)
    var named: [String: DenseTensor] = [:]
    for (output, result) in zip(graph.outputs, results) {
      let values = try TrainingError.wrapping { try result.toFloats() }
      named[output.name] = DenseTensor(extents: result.shape, values: values)
    }
    return named
  }

  /// One per output, without recording gradients.
  func predicted(
    _ inputs: [Tensor], capture: Capture? = nil
  ) throws(TrainingError) -> [Tensor] {
    try noGrad { () throws(TrainingError) -> [Tensor] in
      try run(inputs, for: .inference, capture: capture)
    }
  }

  /// The same network for inputs of other extents.
  private func sized(for shapes: [String: Shape]) throws(TrainingError) -> Executor {
    let resized: Graph
    do throws(GraphError) {
      resized = try graph.resized(to: shapes)
    } catch {
      throw .mismatch(
        what: "the inputs", expected: "extents that the network takes", found: "\(error)")
    }
    if resized == graph { return self }
    return Executor(graph: resized, parameters: parameters, options: options)
  }
}

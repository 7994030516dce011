import Foundation
import SignetModel
import Torch

/// The float and the binarized network, run side by side on the calibration images: chunk by chunk
/// from one binary layer to the next, keeping only what later nodes read.
///
/// Layers go by the index of their step in the plan. Threads may work on different chunks at once.
final class PairedNetwork: @unchecked Sendable {
  let interpreter: Interpreter
  /// The steps that are ever run: up to the last layer to be solved, or all.
  let steps: Range<Int>
  let parameters: ParameterStore
  /// Without a binarized side both are the float one.
  let isSymmetric: Bool
  let activations: HeldActivations
  private let lock = NSLock()
  private var images = 0

  init(
    model: Model, plan: ExecutionPlan, steps: Range<Int>, activations: HeldActivations,
    isSymmetric: Bool
  ) {
    interpreter = Interpreter(plan: plan)
    self.steps = steps
    parameters = ParameterStore(model)
    self.activations = activations
    self.isSymmetric = isSymmetric
  }

  var chunkCount: Int { activations.chunkCount }

  var imageCount: Int { lock.withLock { images } }

  /// Adds a chunk that stands at the network's beginning.
  ///
  /// - Parameter inputs: one per input of the network, count × its shape
  func append(_ inputs: [Tensor]) {
    let values = zip(interpreter.graph.inputValues, inputs.map { PairedValue(float: $0) })
    activations.append(Dictionary(values, uniquingKeysWith: { first, _ in first }))
    lock.withLock { images += inputs.first?.shape[0] ?? 0 }
  }

  /// A layer's inputs X and X̃, and its float output Y without bias, of one chunk that stands before
  /// it; the output is kept for the float network.
  func enter(
    layer: Int, chunk: Int
  ) throws(TrainingError) -> (inputs: PairedValue, output: Tensor) {
    let step = interpreter.plan.steps[layer]
    let name = interpreter.name(of: step)
    guard let inputs = try activations.values(of: chunk, Set(step.inputs))[step.inputs[0]] else {
      throw .missing(what: "an activation", neededBy: "layer '\(name)'")
    }
    var bias: Tensor?
    let output = try interpreter.apply(step, to: [inputs.float]) { (node) throws(TorchError) in
      var own = try parameters.float(node).tensors
      bias = own.removeValue(forKey: .bias)
      return own
    }
    var biased: Tensor?
    do throws(TorchError) {
      biased = try bias.map { (bias) throws(TorchError) in
        try output + bias.reshape([1, -1] + [Int](repeating: 1, count: output.rank - 2))
      }
    } catch {
      throw .node(name: name, error)
    }
    try activations.add(PairedValue(float: biased ?? output), step.value, to: chunk)
    return (inputs, output)
  }

  /// Runs a chunk from the layer at `start`, which was entered and whose codes are now in place, to
  /// just before the layer at `end`. `start` is `nil` at the network's beginning.
  func advance(chunk: Int, from start: Int?, to end: Int) throws(TrainingError) {
    var values = try activations.values(of: chunk)
    let entered = start.flatMap { values[interpreter.plan.steps[$0].value] }
    try interpreter.run((start ?? steps.lowerBound)..<end, over: &values) {
      (index, step, inputs) throws(TrainingError) in
      guard index == start, let entered else { return try value(of: step, inputs) }
      return PairedValue(
        float: entered.float,
        changed: isSymmetric ? nil : try apply(step, inputs.map(\.binarized), parameters.binary))
    }
    try activations.replace(values, of: chunk)
  }

  /// Frees the parameters of nodes that all chunks have passed.
  func dropParameters(before layer: Int) {
    parameters.drop(interpreter.plan.steps[..<layer].map(\.node), withChanged: true)
  }

  /// The float network's outputs for a chunk that stands before the layer at `start`, with other
  /// parameters in that layer alone.
  ///
  /// - Returns: N × the output's elements, of each
  func outputs(
    chunk: Int, from start: Int, with changed: NodeParameters? = nil
  ) throws(TrainingError) -> [Tensor] {
    var values = try activations.values(of: chunk).mapValues(\.float)
    try interpreter.run(start..<steps.upperBound, over: &values) {
      (index, step, inputs) throws(TrainingError) in
      try apply(step, inputs) { (node) throws(TorchError) in
        if index == start, let changed { return changed }
        return try parameters.float(node)
      }
    }
    let graph = interpreter.graph
    var outputs: [Tensor] = []
    for output in graph.outputs {
      guard let value = graph.value(named: output.value).flatMap({ values[$0] }) else {
        throw .missing(what: "a value", neededBy: "output '\(output.name)'")
      }
      outputs.append(try TrainingError.wrapping { try value.flatten(from: 1) })
    }
    return outputs
  }

  /// What a step makes in both networks.
  func value(
    of step: ExecutionPlan.Step, _ inputs: [PairedValue]
  ) throws(TrainingError) -> PairedValue {
    var value = PairedValue(float: try apply(step, inputs.map(\.float), parameters.float))
    let differs = parameters.differs(step.node) || inputs.contains { $0.changed != nil }
    if !isSymmetric, differs {
      value.changed = try apply(step, inputs.map(\.binarized), parameters.binary)
    }
    return value
  }

  private func apply(
    _ step: ExecutionPlan.Step, _ inputs: [Tensor],
    _ parameters: (Int) throws(TorchError) -> NodeParameters
  ) throws(TrainingError) -> Tensor {
    try interpreter.apply(step, to: inputs) { (node) throws(TorchError) in
      try parameters(node).tensors
    }
  }
}

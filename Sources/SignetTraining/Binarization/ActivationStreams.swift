import SignetModel
import Torch

/// The calibration images' activations in the float and in the binarized network, carried forward
/// together: chunk by chunk from one binary layer to the next, keeping only what later nodes read.
final class ActivationStreams {
  /// One value of one chunk of images.
  struct Value {
    /// In the float network.
    var float: Tensor
    /// In the binarized network; `nil` while nothing before it is binary.
    var binary: Tensor?

    /// X̃'s source.
    var binarized: Tensor { binary ?? float }
  }

  /// A value that is still to be read: held between layers.
  typealias Chunk = [Int: Value]

  let graph: Graph
  let steps: [ExecutionPlan.Step]
  private let floatParameters: [NodeParameters]
  /// Changes as layers are solved and offsets folded.
  private var binaryParameters: [NodeParameters]
  /// Nodes whose binary parameters are not the float ones.
  private var changed: Set<Int> = []
  /// Whether activations are held in half the memory.
  private let holdsBFloat16: Bool
  /// Without a binarized stream both are the float one.
  let isSymmetric: Bool
  private(set) var chunks: [Chunk]

  /// - Parameters:
  ///   - images: chunks of count × C × H × W
  ///   - steps: the nodes up to the last layer to be solved
  init(
    graph: Graph, steps: [ExecutionPlan.Step], parameters: [NodeParameters], images: [Tensor],
    holdsBFloat16: Bool, isSymmetric: Bool
  ) {
    self.graph = graph
    self.steps = steps
    floatParameters = parameters
    binaryParameters = parameters
    chunks = images.map { [0: Value(float: $0)] }
    self.holdsBFloat16 = holdsBFloat16
    self.isSymmetric = isSymmetric
  }

  /// Changes a node's parameters in the binarized network.
  func replace(node: Int, with parameters: NodeParameters) {
    binaryParameters[node] = parameters
    changed.insert(node)
  }

  /// A layer's inputs X and X̃, and its float output Y without bias, of one chunk; the output is
  /// kept for the float stream.
  func enter(
    layer position: Int, chunk: Int
  ) throws(TrainingError) -> (inputs: Value, output: Tensor) {
    let step = steps[position]
    let inputs = try loaded(step.inputs[0], chunk, step)
    do throws(TorchError) {
      var parameters = floatParameters[step.node].tensors
      let bias = parameters.removeValue(forKey: .bias)
      let operation = graph.nodes[step.node].operation
      let output = try operation.apply(
        to: [inputs.float], parameters: parameters, outputShape: step.outputShape,
        mode: OperationMode())
      let biased = try bias.map { bias throws(TorchError) in
        try output + bias.reshape([1, -1] + [Int](repeating: 1, count: output.rank - 2))
      }
      chunks[chunk][step.node + 1] = Value(float: try held(biased ?? output))
      return (inputs, output)
    } catch {
      throw .node(name: graph.nodes[step.node].name, error)
    }
  }

  /// Runs a chunk from the layer at `start`, which was entered and whose codes are now in place, to
  /// just before the layer at `end`. `start` is `nil` at the network's beginning.
  func advance(chunk: Int, from start: Int?, to end: Int) throws(TrainingError) {
    var values = try loadedAll(chunk)
    if let start, !isSymmetric {
      let step = steps[start]
      let inputs = step.inputs.compactMap { values[$0]?.binarized }
      let output = try compute(step, inputs, binaryParameters)
      values[step.node + 1]?.binary = output
    }
    for position in (start ?? 0)..<end {
      let step = steps[position]
      if position != start {
        values[step.node + 1] = try computed(step, step.inputs.compactMap { values[$0] })
      }
      for freed in step.freed { values[freed] = nil }
    }
    chunks[chunk] = try TrainingError.wrapping {
      try values.mapValues {
        Value(float: try held($0.float), binary: try $0.binary.map(held))
      }
    }
  }

  /// The network's output for a chunk that stands before the layer at `start`, with other
  /// parameters in that layer alone.
  ///
  /// - Returns: N × the output's elements
  func output(
    chunk: Int, from start: Int, with parameters: NodeParameters? = nil
  ) throws(TrainingError) -> Tensor {
    var values = try loadedAll(chunk).mapValues(\.float)
    var last: Tensor?
    for position in start..<steps.count {
      let step = steps[position]
      var own = floatParameters
      if position == start, let parameters { own[step.node] = parameters }
      let value = try compute(step, step.inputs.compactMap { values[$0] }, own)
      for freed in step.freed { values[freed] = nil }
      values[step.node + 1] = value
      last = value
    }
    guard let last else { throw .missing(what: "an activation", neededBy: "the output") }
    return try TrainingError.wrapping { try last.flatten(from: 1) }
  }

  /// A node's value in both networks.
  func computed(_ step: ExecutionPlan.Step, _ inputs: [Value]) throws(TrainingError) -> Value {
    var value = Value(float: try compute(step, inputs.map(\.float), floatParameters))
    let differs = changed.contains(step.node) || inputs.contains { $0.binary != nil }
    if !isSymmetric, differs {
      value.binary = try compute(step, inputs.map(\.binarized), binaryParameters)
    }
    return value
  }

  private func compute(
    _ step: ExecutionPlan.Step, _ inputs: [Tensor], _ parameters: [NodeParameters]
  ) throws(TrainingError) -> Tensor {
    let node = graph.nodes[step.node]
    do throws(TorchError) {
      return try node.operation.apply(
        to: inputs, parameters: parameters[step.node].tensors, outputShape: step.outputShape,
        mode: OperationMode())
    } catch {
      throw .node(name: node.name, error)
    }
  }

  private func held(_ tensor: Tensor) throws(TorchError) -> Tensor {
    holdsBFloat16 ? try tensor.to(.bfloat16) : tensor
  }

  private func loaded(
    _ value: Int, _ chunk: Int, _ step: ExecutionPlan.Step
  ) throws(TrainingError) -> Value {
    guard let value = chunks[chunk][value] else {
      throw .missing(what: "an activation", neededBy: "layer '\(graph.nodes[step.node].name)'")
    }
    return try TrainingError.wrapping { try restored(value) }
  }

  private func loadedAll(_ chunk: Int) throws(TrainingError) -> Chunk {
    try TrainingError.wrapping { try chunks[chunk].mapValues(restored) }
  }

  func restored(_ value: Value) throws(TorchError) -> Value {
    guard holdsBFloat16 else { return value }
    return Value(
      float: try value.float.to(.float32),
      binary: try value.binary.map { tensor throws(TorchError) in try tensor.to(.float32) })
  }
}

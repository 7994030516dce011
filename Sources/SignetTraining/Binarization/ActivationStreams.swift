import Foundation
import SignetModel
import Torch

/// The calibration images' activations in the float and in the binarized network, carried forward
/// together: chunk by chunk from one binary layer to the next, keeping only what later nodes read.
///
/// Threads may work on different chunks at once.
final class ActivationStreams: @unchecked Sendable {
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
  let parameters: ParameterStore
  /// Whether activations are held in half the memory.
  private let holdsBFloat16: Bool
  /// Without a binarized stream both are the float one.
  let isSymmetric: Bool
  private let lock = NSLock()
  private var chunks: [Chunk] = []
  private(set) var imageCount = 0

  /// - Parameter steps: the nodes up to the last layer to be solved
  init(
    model: Model, steps: [ExecutionPlan.Step], holdsBFloat16: Bool, isSymmetric: Bool
  ) {
    graph = model.graph
    self.steps = steps
    parameters = ParameterStore(model)
    self.holdsBFloat16 = holdsBFloat16
    self.isSymmetric = isSymmetric
  }

  var chunkCount: Int { lock.withLock { chunks.count } }

  /// Adds a chunk that stands at the network's beginning.
  ///
  /// - Parameter images: count × C × H × W
  func append(_ images: Tensor) {
    lock.withLock {
      chunks.append([0: Value(float: images)])
      imageCount += images.shape[0]
    }
  }

  func held(_ chunk: Int) -> Chunk { lock.withLock { chunks[chunk] } }

  /// A layer's inputs X and X̃, and its float output Y without bias, of one chunk; the output is
  /// kept for the float stream.
  func enter(
    layer position: Int, chunk: Int
  ) throws(TrainingError) -> (inputs: Value, output: Tensor) {
    let step = steps[position]
    guard let known = held(chunk)[step.inputs[0]] else {
      throw .missing(what: "an activation", neededBy: "layer '\(graph.nodes[step.node].name)'")
    }
    let inputs = try TrainingError.wrapping { try restored(known) }
    do throws(TorchError) {
      var own = try parameters.float(step.node).tensors
      let bias = own.removeValue(forKey: .bias)
      let operation = graph.nodes[step.node].operation
      let output = try operation.apply(
        to: [inputs.float], parameters: own, outputShape: step.outputShape,
        mode: OperationMode())
      let biased = try bias.map { bias throws(TorchError) in
        try output + bias.reshape([1, -1] + [Int](repeating: 1, count: output.rank - 2))
      }
      let value = Value(float: try kept(biased ?? output))
      lock.withLock { chunks[chunk][step.node + 1] = value }
      return (inputs, output)
    } catch {
      throw .node(name: graph.nodes[step.node].name, error)
    }
  }

  /// Runs a chunk from the layer at `start`, which was entered and whose codes are now in place, to
  /// just before the layer at `end`. `start` is `nil` at the network's beginning.
  func advance(chunk: Int, from start: Int?, to end: Int) throws(TrainingError) {
    var values = try restoredAll(chunk)
    if let start, !isSymmetric {
      let step = steps[start]
      let inputs = step.inputs.compactMap { values[$0]?.binarized }
      let output = try compute(step, inputs, parameters.binary)
      values[step.node + 1]?.binary = output
    }
    for position in (start ?? 0)..<end {
      let step = steps[position]
      if position != start {
        values[step.node + 1] = try computed(step, step.inputs.compactMap { values[$0] })
      }
      for freed in step.freed { values[freed] = nil }
    }
    let remaining = try TrainingError.wrapping {
      try values.mapValues {
        Value(float: try kept($0.float), binary: try $0.binary.map(kept))
      }
    }
    lock.withLock { chunks[chunk] = remaining }
  }

  /// Frees the parameters of nodes that all chunks have passed.
  func dropParameters(before position: Int) {
    parameters.drop(steps[..<position].map(\.node), withChanged: true)
  }

  /// The network's output for a chunk that stands before the layer at `start`, with other
  /// parameters in that layer alone.
  ///
  /// - Returns: N × the output's elements
  func output(
    chunk: Int, from start: Int, with changed: NodeParameters? = nil
  ) throws(TrainingError) -> Tensor {
    var values = try restoredAll(chunk).mapValues(\.float)
    var last: Tensor?
    for position in start..<steps.count {
      let step = steps[position]
      let value = try compute(step, step.inputs.compactMap { values[$0] }) {
        (node) throws(TorchError) in
        if position == start, let changed { return changed }
        return try parameters.float(node)
      }
      for freed in step.freed { values[freed] = nil }
      values[step.node + 1] = value
      last = value
    }
    guard let last else { throw .missing(what: "an activation", neededBy: "the output") }
    return try TrainingError.wrapping { try last.flatten(from: 1) }
  }

  /// A node's value in both networks.
  func computed(_ step: ExecutionPlan.Step, _ inputs: [Value]) throws(TrainingError) -> Value {
    var value = Value(float: try compute(step, inputs.map(\.float), parameters.float))
    let differs = parameters.differs(step.node) || inputs.contains { $0.binary != nil }
    if !isSymmetric, differs {
      value.binary = try compute(step, inputs.map(\.binarized), parameters.binary)
    }
    return value
  }

  private func compute(
    _ step: ExecutionPlan.Step, _ inputs: [Tensor],
    _ parameters: (Int) throws(TorchError) -> NodeParameters
  ) throws(TrainingError) -> Tensor {
    let node = graph.nodes[step.node]
    do throws(TorchError) {
      return try node.operation.apply(
        to: inputs, parameters: parameters(step.node).tensors, outputShape: step.outputShape,
        mode: OperationMode())
    } catch {
      throw .node(name: node.name, error)
    }
  }

  private func kept(_ tensor: Tensor) throws(TorchError) -> Tensor {
    holdsBFloat16 ? try tensor.to(.bfloat16) : tensor
  }

  private func restoredAll(_ chunk: Int) throws(TrainingError) -> Chunk {
    try TrainingError.wrapping { try held(chunk).mapValues(restored) }
  }

  func restored(_ value: Value) throws(TorchError) -> Value {
    guard holdsBFloat16 else { return value }
    return Value(
      float: try value.float.to(.float32),
      binary: try value.binary.map { tensor throws(TorchError) in try tensor.to(.float32) })
  }
}

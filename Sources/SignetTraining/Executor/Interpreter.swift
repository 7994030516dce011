import SignetModel
import Torch

/// Runs steps of a plan over a table of values, each of which goes after its last reader.
///
/// What a step makes of its inputs is the caller's affair: one tensor, the same in two networks, or a
/// tensor that something was added to. ``apply(_:to:mode:parameters:)`` is libtorch's way.
struct Interpreter {
  let plan: ExecutionPlan

  var graph: Graph { plan.graph }

  /// - Parameters:
  ///   - steps: of the plan; `nil`: all
  ///   - values: what the steps read; afterwards what they made and nobody of the plan has read for
  ///     the last time
  ///   - evaluate: what a step, by its index in the plan, makes of its inputs
  func run<Value>(
    _ steps: Range<Int>? = nil, over values: inout [ValueID: Value],
    evaluate: (
      _ index: Int, _ step: ExecutionPlan.Step, _ inputs: [Value]
    ) throws(TrainingError) -> Value
  ) throws(TrainingError) {
    for index in steps ?? plan.steps.indices {
      let step = plan.steps[index]
      var inputs: [Value] = []
      for input in step.inputs {
        guard let value = values[input] else {
          throw .missing(what: "an activation", neededBy: "node '\(name(of: step))'")
        }
        inputs.append(value)
      }
      for value in step.freed { values[value] = nil }
      values[step.value] = try evaluate(index, step, inputs)
    }
  }

  /// A step on libtorch.
  ///
  /// - Parameters:
  ///   - inputs: N × the inputs' shapes
  ///   - parameters: of a node, by its index in the graph
  /// - Returns: N × the step's output shape
  func apply(
    _ step: ExecutionPlan.Step, to inputs: [Tensor], mode: OperationMode = OperationMode(),
    parameters: (_ node: Int) throws(TorchError) -> [ParameterRole: Tensor]
  ) throws(TrainingError) -> Tensor {
    do throws(TorchError) {
      if let norm = step.batchNorm, case .batchNorm(let attributes) = graph.nodes[norm].operation {
        return try attributes.applyWithReLU(
          to: inputs[0], adding: inputs.dropFirst().first, parameters: parameters(norm))
      }
      return try graph.nodes[step.node].operation.apply(
        to: inputs, parameters: parameters(step.node), outputShape: step.outputShape, mode: mode)
    } catch {
      throw .node(name: name(of: step), error)
    }
  }

  func name(of step: ExecutionPlan.Step) -> String { graph.nodes[step.node].name }
}

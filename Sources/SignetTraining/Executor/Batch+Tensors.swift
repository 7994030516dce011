import SignetData
import SignetModel
import Torch

extension Batch {
  /// One per input of the graph: count × its shape.
  func tensors(for graph: Graph) throws(TorchError) -> [Tensor] {
    var tensors: [Tensor] = []
    for (values, input) in zip(inputs, graph.inputs) {
      tensors.append(try Tensor(values, shape: [count] + input.shape.extents))
    }
    return tensors
  }
}

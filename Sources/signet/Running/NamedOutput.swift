import SignetData
import SignetModel

/// One output of a network of several, as that of a classifier.
final class NamedOutput: Classifier {
  let inputShape: Shape
  let classCount: Int
  private let network: any NamedNetwork
  private let name: String

  init(_ output: GraphOutput, of model: Model, network: any NamedNetwork) {
    inputShape = model.graph.inputShape
    classCount = model.graph.shape(of: output).elementCount
    name = output.name
    self.network = network
  }

  func logits(images: [Float], count: Int) throws -> [Float] {
    try logits(inputs: [images], count: count)
  }

  func logits(inputs: [[Float]], count: Int) throws -> [Float] {
    var tensors: [String: DenseTensor] = [:]
    for (input, values) in zip(network.inputs, inputs) {
      tensors[input.name] = DenseTensor(
        extents: [count] + input.shape.extents, values: values)
    }
    guard let scores = try network.outputs(tensors)[name] else {
      throw EvaluationError.output(name: name)
    }
    return scores.values
  }
}

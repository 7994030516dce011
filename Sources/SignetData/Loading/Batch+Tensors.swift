import SignetModel

extension Batch {
  /// What a network is given, by name.
  package func tensors(for inputs: [GraphInput]) -> [String: DenseTensor] {
    var tensors: [String: DenseTensor] = [:]
    for (input, values) in zip(inputs, self.inputs) {
      tensors[input.name] = DenseTensor(count: count, of: input.shape, values: values)
    }
    return tensors
  }
}

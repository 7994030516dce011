import SignetModel

extension Engine {
  /// The samples that every input has, which must be as many for all, and the inputs' shapes without
  /// the batch.
  func samples(
    of given: [String: DenseTensor]
  ) throws(EngineError) -> (count: Int, shapes: [Shape]) {
    for name in given.keys.sorted() where !inputs.contains(where: { $0.name == name }) {
      throw .unknownInput(
        name: name, expected: inputs.map(\.name),
        suggestion: closestName(to: name, among: inputs.map(\.name)))
    }
    var count: Int?
    var shapes: [Shape] = []
    for input in inputs {
      guard let tensor = given[input.name] else { throw .missingInput(name: input.name) }
      let shape = Shape(Array(tensor.extents.dropFirst()))
      guard let batch = tensor.extents.first, input.admits(shape), batch == count ?? batch else {
        throw .inputExtents(
          name: input.name, expected: "\(count.map(String.init) ?? "N")×\(input.pattern)",
          found: "\(Shape(tensor.extents))")
      }
      shapes.append(shape)
      count = batch
    }
    return (count ?? 0, shapes)
  }
}

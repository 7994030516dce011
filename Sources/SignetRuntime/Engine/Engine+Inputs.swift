import SignetModel

extension Engine {
  /// The samples that every input has, which must be as many for all.
  func sampleCount(of given: [String: DenseTensor]) throws(EngineError) -> Int {
    for name in given.keys.sorted() where !inputs.contains(where: { $0.name == name }) {
      throw .unknownInput(
        name: name, expected: inputs.map(\.name),
        suggestion: closestName(to: name, among: inputs.map(\.name)))
    }
    var count: Int?
    for input in inputs {
      guard let tensor = given[input.name] else { throw .missingInput(name: input.name) }
      guard let batch = tensor.extents.first,
        Array(tensor.extents.dropFirst()) == input.shape.extents,
        batch == count ?? batch
      else {
        throw .inputExtents(
          name: input.name, expected: "\(count.map(String.init) ?? "N")×\(input.shape)",
          found: "\(Shape(tensor.extents))")
      }
      count = batch
    }
    return count ?? 0
  }
}

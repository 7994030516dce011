/// Evaluates one operator whose inputs are all constants.
struct ConstantFolder {
  let operatorSet: Int
  let attributes: Attributes
  /// `nil` for an input that is left out.
  let inputs: [ConstantTensor?]
  let outputCount: Int
  var budget: ImportBudget
  let decoder: TensorDecoder

  typealias Rule = @Sendable (inout ConstantFolder) throws(NodeFailure) -> [ConstantTensor]

  /// What can be folded, by operator.
  static let rules: [String: Rule] = shapeRules.merging(arithmeticRules) { first, _ in first }
    .merging(functionRules) { first, _ in first }
    .merging(matrixRules) { first, _ in first }
    .merging(placeRules) { first, _ in first }
    .merging(quantizerRules) { first, _ in first }

  func input(_ index: Int, _ name: String) throws(NodeFailure) -> ConstantTensor {
    guard let tensor = optional(index) else {
      throw NodeFailure(name, expected: "an input", found: "nothing")
    }
    return tensor
  }

  func optional(_ index: Int) -> ConstantTensor? {
    index < inputs.count ? inputs[index] : nil
  }

  func integers(_ index: Int, _ name: String) throws(NodeFailure) -> [Int] {
    let tensor = try input(index, name)
    guard let values = tensor.integers else {
      throw NodeFailure(name, expected: "integers", found: "\(tensor.type)")
    }
    guard values.count <= NodeContext.maximumListLength else {
      throw NodeFailure(
        name, expected: "at most \(NodeContext.maximumListLength) numbers", found: values.count)
    }
    return values.map(Int.init)
  }

  /// Integers that newer operator sets pass as an input and older ones as an attribute.
  func integers(input index: Int, orAttribute name: String) throws(NodeFailure) -> [Int]? {
    if optional(index) != nil { return try integers(index, name) }
    return try attributes.integers(name)
  }

  mutating func gather(
    _ tensor: ConstantTensor, _ dims: [Int], _ positions: () -> [Int]
  ) throws(NodeFailure) -> ConstantTensor {
    _ = try budget.claim(dims)
    return tensor.gathering(positions(), dims: dims)
  }
}

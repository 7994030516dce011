import SignetModel

/// Values whose batch is not the first axis: recurrent layers put the steps there.
extension GraphImporter {
  /// Operators that mind where the batch is.
  private static let batchAware: Set = [
    "Transpose", "Squeeze", "Unsqueeze", "Reshape", "Gather", "LSTM", "GRU", "Identity",
    "Shape", "Size",
  ]

  /// Operators on each element, and those along the last axis, which do not.
  private static let batchAgnostic: Set<String> =
    Set(activationMappings.keys).union(elementaryMappings.keys).union(arithmeticMappings.keys)
    .subtracting(["Softmax", "LogSoftmax", "PRelu"])
    .union(["MatMul", "Cast", "Dropout"])

  mutating func apply(
    _ mapping: Mapping, _ context: NodeContext
  ) throws(NodeFailure) -> [ImportedValue] {
    let views = context.inputs.compactMap { $0?.view }
    guard let axis = views.first(where: { $0.batchAxis > 0 })?.batchAxis,
      !Self.batchAware.contains(context.node.qualifiedType)
    else { return try mapping(&self, context) }
    let rank = views[0].dims.count + 1
    // Constants line up with the axes behind the batch, the last one among them.
    let constants = context.inputs.compactMap { $0?.constant }
    guard Self.batchAgnostic.contains(context.node.qualifiedType), axis < rank - 1,
      views.allSatisfy({ $0.batchAxis == axis && $0.dims.count + 1 == rank }),
      constants.allSatisfy({ constant in
        constant.samples.allSatisfy {
          $0.dims.count < rank - axis || context.node.opType == "MatMul" && $0.dims.count == 2
        }
      })
    else {
      throw NodeFailure(
        "X", expected: "the batch as the first axis", found: "it as axis \(axis)")
    }
    let inputs = context.inputs.map { input -> ImportedValue? in
      guard case .activation(var view)? = input else { return input }
      view.batchAxis = 0
      return .activation(view)
    }
    let results = try mapping(&self, context.with(inputs: inputs))
    return results.map { result in
      guard case .activation(var view) = result else { return result }
      view.batchAxis = axis
      return .activation(view)
    }
  }
}

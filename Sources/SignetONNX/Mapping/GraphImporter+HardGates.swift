import SignetModel

/// What files say for want of the operators HardSigmoid and HardSwish: `clip(x + 3, 0, 6) / 6` and
/// `x · clip(x + 3, 0, 6) / 6`, in whichever order the factors come.
extension GraphImporter {
  /// The function that a value times a constant is, and what it is of.
  func hardGate(
    _ view: View, by constant: FoldedConstant
  ) -> (view: View, function: Activation)? {
    guard constant.samples.allSatisfy({ $0.floats.allSatisfy { abs($0 * 6 - 1) < 1e-6 } }),
      constant.samples.allSatisfy({ $0.count == 1 })
    else { return nil }
    if let name = clippedSum(view.node) {
      guard shapes[name] == view.base else { return nil }
      return (view.of(name), .hardSigmoid(slope: 1 / 6, offset: 0.5))
    }
    guard let index = nodeIndices[view.node], case .multiply = nodes[index].operation,
      nodes[index].inputs.count == 2
    else { return nil }
    for (gate, gated) in [(0, 1), (1, 0)] {
      let name = nodes[index].inputs[gated]
      if clippedSum(nodes[index].inputs[gate]) == name, shapes[name] == view.base {
        return (view.of(name), .hardSwish)
      }
    }
    return nil
  }

  /// The `x` of a node that is `clip(x + 3, 0, 6)`.
  private func clippedSum(_ name: String) -> String? {
    guard let clip = nodeIndices[name], case .activation(.clip(0, 6)) = nodes[clip].operation,
      let sum = nodes[clip].inputs.first.flatMap({ nodeIndices[$0] }),
      case .affine(let attributes) = nodes[sum].operation, !attributes.hasWeight,
      let bias = weights[nodes[sum].parameterName(.bias)], bias.floats.allSatisfy({ $0 == 3 })
    else { return nil }
    return nodes[sum].inputs.first
  }
}

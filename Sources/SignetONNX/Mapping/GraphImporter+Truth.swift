import SignetModel

/// Truth values, which are 1 and 0 here.
extension GraphImporter {
  /// 1 where a value is not 0, else 0.
  mutating func truth(of view: View, _ name: String) throws(NodeFailure) -> View {
    if maker(of: view)?.operation.givesTruth == true { return view }
    let not = NodeOperation.activation(.elementary(.not))
    let isZero = view.of(try emit("\(name).zero", not, [view.node]).node)
    return view.of(try emit(name, not, [isZero.node]).node)
  }

  /// The value that was cast to truth, for a reader to which what is not 0 is true anyway.
  func beforeTruth(_ view: View) -> View {
    let not = NodeOperation.activation(.elementary(.not))
    guard let last = maker(of: view), last.operation == not,
      let first = nodeIndices[last.inputs[0]].map({ nodes[$0] }), first.operation == not,
      shapes[first.inputs[0]] == view.base
    else { return view }
    return view.of(first.inputs[0])
  }

  private func maker(of view: View) -> Node? { nodeIndices[view.node].map { nodes[$0] } }
}

extension NodeOperation {
  /// Whether all that comes out is 1 or 0.
  fileprivate var givesTruth: Bool {
    switch self {
    case .activation(.elementary(.not)): true
    case .binary(let function): function.givesTruth
    default: false
    }
  }
}

import SignetModel

/// Model-local functions, which some exporters leave where operators would do.
extension GraphImporter {
  /// Calls within calls: a short file can nest exponentially.
  private static let maximumDepth = 16
  /// What opening and closing a scope takes, in nodes.
  private static let callCost = 4

  func function(for node: ProtoNode) -> ImportedFunction? {
    functions[FunctionKey(domain: node.domain, name: node.opType, overload: node.overload)]
  }

  /// Imports a function's nodes with its inputs bound to the caller's.
  mutating func call(
    _ imported: ImportedFunction, _ context: NodeContext
  ) throws(NodeFailure) -> [ImportedValue] {
    let function = imported.function
    guard functionDepth < Self.maximumDepth else {
      throw NodeFailure(nil, expected: "functions that do not nest so deeply", found: function.name)
    }
    try budget.claimNodes(function.node.count + Self.callCost)
    try budget.claimWork(imported.size)
    let outer = enterScope()
    for (index, name) in function.input.enumerated() {
      if let value = context.input(index) { set(name, value) }
      readers[name] = 1
    }
    for name in function.output { readers[name, default: 0] += 1 }
    let arguments = Dictionary(
      (function.attributeProto + context.node.attribute).map { ($0.name, $0) },
      uniquingKeysWith: { _, last in last })
    for name in function.attribute + function.attributeProto.map(\.name) {
      context.attributes.ignore(name)
    }
    let prefix = context.name()
    run(function.node.map { bound($0, to: arguments, prefix: prefix) }, in: imported.order)
    let results = function.output.map { value(of: $0) ?? .absent($0) }
    leaveScope(to: outer)
    return results
  }

  /// A function's node with references to the function's attributes replaced by their values.
  private func bound(
    _ node: ProtoNode, to arguments: [String: ProtoAttribute], prefix: String
  ) -> ProtoNode {
    var copy = node
    copy.name = "\(prefix)/\(node.name.isEmpty ? node.opType : node.name)"
    copy.attribute = node.attribute.compactMap { attribute in
      guard attribute.hasRefAttrName else { return attribute }
      var value = arguments[attribute.refAttrName]
      value?.name = attribute.name
      return value
    }
    return copy
  }
}

/// A function with its nodes in an order to compute them.
struct ImportedFunction {
  let function: ProtoFunction
  let order: [Int]
  /// What a call copies: names, lists and numbers.
  let size: Int

  /// - Parameter problems: gets what is wrong with the order of its nodes
  init(_ function: ProtoFunction, problems: inout [ONNXError.Problem]) {
    self.function = function
    let order = GraphOrder(function.node, given: Set(function.input))
    problems += order.problems
    self.order = order.positions
    size = function.node.reduce(0) { size, node in
      node.attribute.reduce(size + node.name.utf8.count + node.input.count + node.output.count) {
        $0 + 1 + $1.ints.count + $1.floats.count
      }
    }
  }
}

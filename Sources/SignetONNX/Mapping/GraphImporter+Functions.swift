import SignetModel

/// Model-local functions, which some exporters leave where operators would do.
extension GraphImporter {
  /// Calls within calls, and nodes they unfold into: a short file can nest exponentially.
  private static let maximumDepth = 16
  private static let maximumNodes = 100_000

  func function(for node: ProtoNode) -> ProtoFunction? {
    functions[FunctionKey(domain: node.domain, name: node.opType, overload: node.overload)]
  }

  /// Imports a function's nodes with its inputs bound to the caller's.
  mutating func call(
    _ function: ProtoFunction, _ context: NodeContext
  ) throws(NodeFailure) -> [ImportedValue] {
    unfoldedNodes += function.node.count
    guard functionDepth < Self.maximumDepth, unfoldedNodes < Self.maximumNodes else {
      throw NodeFailure(nil, expected: "functions that do not nest so deeply", found: function.name)
    }
    let outer = (values, readers, owners)
    values = [:]
    readers = [:]
    owners = [:]
    functionDepth += 1
    for (index, name) in function.input.enumerated() {
      values[name] = context.input(index)
      readers[name] = 1
    }
    for name in function.output { readers[name, default: 0] += 1 }
    let arguments = Dictionary(
      (function.attributeProto + context.node.attribute).map { ($0.name, $0) },
      uniquingKeysWith: { _, last in last })
    for name in function.attribute + function.attributeProto.map(\.name) {
      context.attributes.ignore(name)
    }
    run(function.node.map { bound($0, to: arguments, prefix: context.name()) })
    let results = function.output.map { values[$0] ?? .absent($0) }
    functionDepth -= 1
    (values, readers, owners) = outer
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

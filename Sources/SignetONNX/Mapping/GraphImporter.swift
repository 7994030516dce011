import SignetModel

/// Walks an ONNX graph in order, folds what is constant and maps the rest to operations.
struct GraphImporter {
  let decoder: TensorDecoder
  let operatorSet: Int
  let functions: [FunctionKey: ImportedFunction]
  /// Stored tensors by name: each is decoded when a node first reads it.
  let initializers: [String: ProtoTensor]
  var budget: ImportBudget
  /// The batch size the file declares, if it is not free.
  let declaredBatch: Int?

  private(set) var values: [String: ImportedValue] = [:]
  /// How many nodes and outputs read each ONNX value.
  var readers: [String: Int] = [:]
  /// The ONNX value each node was made for.
  var owners: [String: String] = [:]
  var nodes: [Node] = []
  var nodeIndices: [String: Int] = [:]
  /// The shape of each emitted node's value.
  var shapes: [String: Shape] = [:]
  var weights: [String: Weight] = [:]
  var problems: [ONNXError.Problem] = []
  /// The last number appended to each name that more than one node wanted.
  var suffixes: [String: Int] = [:]
  /// Views that have been carried out.
  var resolved: [ResolvedView: String] = [:]
  /// Nodes whose padding the file leaves to their inputs, and whether what is odd goes behind.
  var samePadding: [String: Bool] = [:]
  /// Nesting of functions.
  var functionDepth = 0
  /// Nesting of branches.
  var branchDepth = 0

  struct FunctionKey: Hashable {
    let domain: String
    let name: String
    let overload: String
  }

  struct ResolvedView: Hashable {
    let view: View
    let shape: Shape
  }

  /// A model that is wrong in a hundred places is wrong; a report of millions helps nobody.
  static let maximumProblems = 1000

  /// - Parameter order: positions of nodes, each after those it reads
  mutating func run(_ nodes: [ProtoNode], in order: [Int]) {
    for position in order {
      for input in nodes[position].reads where !input.isEmpty { readers[input, default: 0] += 1 }
    }
    var unread = readers
    for position in order {
      guard problems.count < Self.maximumProblems else { return }
      take(nodes[position], index: position)
      for input in nodes[position].reads { release(input, &unread) }
    }
  }

  mutating func set(_ name: String, _ value: ImportedValue) {
    drop(name)
    for constant in value.constants { budget.hold(constant) }
    values[name] = value
  }

  private mutating func drop(_ name: String) {
    guard let value = values.removeValue(forKey: name) else { return }
    for constant in value.constants { budget.drop(constant) }
  }

  /// Opens a scope of names for a function's nodes.
  ///
  /// - Returns: the outer scope, for ``leaveScope(to:)``
  mutating func enterScope() -> Scope {
    let outer = Scope(values: values, readers: readers, owners: owners)
    (values, readers, owners) = ([:], [:], [:])
    functionDepth += 1
    return outer
  }

  mutating func leaveScope(to outer: Scope) {
    for constant in values.values.flatMap(\.constants) { budget.drop(constant) }
    (values, readers, owners) = (outer.values, outer.readers, outer.owners)
    functionDepth -= 1
  }

  struct Scope {
    fileprivate let values: [String: ImportedValue]
    fileprivate let readers: [String: Int]
    fileprivate let owners: [String: String]
  }

  /// What a name stands for; a stored tensor is decoded here.
  mutating func value(of name: String) -> ImportedValue? {
    if let value = values[name] { return value }
    // Functions see their own arguments only.
    guard functionDepth == 0, let tensor = initializers[name] else { return nil }
    do throws(NodeFailure) {
      set(name, .constant(FoldedConstant(try decoder.decode(tensor, budget: &budget))))
    } catch {
      problems.append(
        ONNXError.Problem(
          .tensor, node: name, operator: "tensor", attribute: error.attribute,
          expected: error.expected, found: error.found))
      set(name, .failed)
    }
    return values[name]
  }

  /// Forgets a constant after its last reader: unpacking bits takes many steps, and the results of
  /// all of them together would take many times the network's own memory.
  private mutating func release(_ name: String, _ unread: inout [String: Int]) {
    guard let count = unread[name] else { return }
    unread[name] = count - 1
    if count == 1, values[name]?.view == nil { drop(name) }
  }

  mutating func take(_ node: ProtoNode, index: Int) {
    var inputs: [ImportedValue?] = []
    for name in node.input { inputs.append(name.isEmpty ? nil : value(of: name) ?? .absent(name)) }
    let context = NodeContext(
      node: node, index: index, operatorSet: operatorSet, inputs: inputs)
    do {
      let results = try outputs(of: context)
      for (position, name) in node.output.enumerated() where !name.isEmpty {
        let missing = ImportedValue.absent("output \(position) of \(node.opType)")
        set(name, position < results.count ? results[position] : missing)
        if let view = values[name]?.view, owners[view.node] == nil { owners[view.node] = name }
      }
    } catch {
      if case .failure(let failure) = error { problems.append(context.problem(failure)) }
      for name in node.output { set(name, .failed) }
    }
  }

  private enum Interruption: Error {
    case failure(NodeFailure)
    /// An input is missing because of something that has been reported.
    case alreadyReported
  }

  private mutating func outputs(
    of context: NodeContext
  ) throws(Interruption) -> [ImportedValue] {
    let node = context.node
    do {
      if let function = function(for: node) {
        return try call(function, context)
      }
      try Self.requireKnown(node)
      let mapping = Self.mappings[node.qualifiedType]
      let folds = ConstantFolder.rules[node.qualifiedType] != nil
      for case .failed? in context.inputs { throw Interruption.alreadyReported }
      for case .absent(let name)? in context.inputs {
        throw NodeFailure("input", expected: "a value that is computed", found: name)
      }
      let results: [ImportedValue]
      if folds, context.inputs.allSatisfy(\.isConstant) {
        results = try fold(context)
      } else if let mapping {
        try context.requireFloats()
        results = try apply(mapping, context)
      } else {
        throw NodeFailure(
          nil, expected: "constant inputs", found: "inputs that depend on the image")
      }
      if let name = context.attributes.unread.first {
        throw NodeFailure(name, expected: "no such attribute", found: "a value")
      }
      return results
    } catch let failure as NodeFailure {
      throw .failure(failure)
    } catch {
      throw .alreadyReported
    }
  }

  static func requireKnown(_ node: ProtoNode) throws(NodeFailure) {
    let type = node.qualifiedType
    guard mappings[type] == nil, ConstantFolder.rules[type] == nil else { return }
    guard node.domain.isEmpty || node.domain == "ai.onnx" else {
      throw NodeFailure(
        nil, expected: "an operator of ONNX's own set", found: "one of '\(node.domain)'")
    }
    throw NodeFailure(
      nil, expected: "is not taken; replace it by other operators before the export", found: "")
  }

  /// Evaluates a node at each batch size, or once if no input depends on it.
  private mutating func fold(_ context: NodeContext) throws(NodeFailure) -> [ImportedValue] {
    guard let rule = ConstantFolder.rules[context.node.qualifiedType] else { return [] }
    let inputs = context.inputs.map { $0?.constant }
    let count =
      inputs.contains { $0?.tensor == nil && $0 != nil } ? FoldedConstant.batches.count : 1
    var runs: [[ConstantTensor]] = []
    for sample in 0..<count {
      var folder = ConstantFolder(
        operatorSet: operatorSet, attributes: context.attributes,
        inputs: inputs.map { $0?.sample(sample) }, outputCount: context.node.output.count,
        budget: budget, decoder: decoder)
      runs.append(try rule(&folder))
      budget = folder.budget
    }
    return runs[0].indices.map { output in
      .constant(FoldedConstant(samples: runs.map { $0[output] }))
    }
  }
}

extension ProtoNode {
  /// The operator, with its domain unless that is ONNX's own.
  var qualifiedType: String {
    domain.isEmpty || domain == "ai.onnx" ? opType : "\(domain).\(opType)"
  }
}

extension ImportedValue {
  /// The constants it stands for, a sequence's elements included.
  var constants: [FoldedConstant] {
    switch self {
    case .constant(let constant): [constant]
    case .sequence(let elements): elements.compactMap(\.constant)
    case .activation, .absent, .failed: []
    }
  }

  var constant: FoldedConstant? {
    if case .constant(let constant) = self { constant } else { nil }
  }

  var view: View? {
    if case .activation(let view) = self { view } else { nil }
  }
}

extension Optional where Wrapped == ImportedValue {
  /// Whether the input is left out or known when the file is read.
  var isConstant: Bool {
    switch self {
    case nil, .constant: true
    default: false
    }
  }
}

import SignetModel

/// Walks an ONNX graph in order, folds what is constant and maps the rest to operations.
struct GraphImporter {
  let decoder: TensorDecoder
  let operatorSet: Int
  let functions: [FunctionKey: ProtoFunction]
  var budget: FoldingBudget
  /// The batch size the file declares, if it is not free.
  let declaredBatch: Int?

  var values: [String: ImportedValue] = [:]
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
  /// Nesting of functions, and nodes that functions unfolded into.
  var functionDepth = 0
  var unfoldedNodes = 0

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

  mutating func run(_ nodes: [ProtoNode]) {
    for node in nodes {
      for input in node.input where !input.isEmpty { readers[input, default: 0] += 1 }
    }
    var unread = readers
    for (index, node) in nodes.enumerated() {
      guard problems.count < Self.maximumProblems else { return }
      take(node, index: index)
      for input in node.input { release(input, &unread) }
    }
  }

  /// Forgets a constant after its last reader: unpacking bits takes many steps, and the results of
  /// all of them together would take many times the network's own memory.
  private mutating func release(_ name: String, _ unread: inout [String: Int]) {
    guard let count = unread[name] else { return }
    unread[name] = count - 1
    if count == 1, values[name]?.constant != nil { values[name] = nil }
  }

  mutating func take(_ node: ProtoNode, index: Int) {
    let context = NodeContext(
      node: node, index: index, operatorSet: operatorSet,
      inputs: node.input.map { $0.isEmpty ? nil : values[$0] ?? .absent($0) })
    do {
      let results = try outputs(of: context)
      for (position, name) in node.output.enumerated() where !name.isEmpty {
        let missing = ImportedValue.absent("output \(position) of \(node.opType)")
        values[name] = position < results.count ? results[position] : missing
        if let view = values[name]?.view, owners[view.node] == nil { owners[view.node] = name }
      }
    } catch {
      if case .failure(let failure) = error { problems.append(context.problem(failure)) }
      for name in node.output { values[name] = .failed }
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
      guard node.domain.isEmpty || node.domain == "ai.onnx" else {
        throw NodeFailure(nil, expected: "an operator of ONNX's own set", found: node.domain)
      }
      let mapping = Self.mappings[node.opType]
      let folds = ConstantFolder.rules[node.opType] != nil
      guard mapping != nil || folds else {
        throw NodeFailure(nil, expected: Self.operatorNames, found: node.opType)
      }
      for case .failed? in context.inputs { throw Interruption.alreadyReported }
      for case .absent(let name)? in context.inputs {
        throw NodeFailure("input", expected: "a value that is computed", found: name)
      }
      let results: [ImportedValue]
      if folds, context.inputs.allSatisfy(\.isConstant) {
        results = try fold(context)
      } else if let mapping {
        results = try mapping(&self, context)
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

  /// Evaluates a node at each batch size, or once if no input depends on it.
  private mutating func fold(_ context: NodeContext) throws(NodeFailure) -> [ImportedValue] {
    guard let rule = ConstantFolder.rules[context.node.opType] else { return [] }
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

extension ImportedValue {
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

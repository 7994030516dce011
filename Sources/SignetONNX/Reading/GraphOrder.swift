import SignetModel

/// Puts nodes into an order in which each reads only what stands before it. ONNX asks for such an
/// order, but files without it are about, and other runtimes sort them.
struct GraphOrder {
  /// Positions in the file, in an order to compute them; the file's own wherever that is one.
  private(set) var positions: [Int] = []
  private(set) var problems: [ONNXError.Problem] = []
  private let nodes: [ProtoNode]
  /// The node that makes each value.
  private var makers: [String: Int] = [:]

  private enum State {
    case new, open, done
  }

  /// - Parameters:
  ///   - given: values that exist before any node runs
  ///   - wanted: the values to compute; `nil` takes all nodes
  init(_ nodes: [ProtoNode], given: Set<String>, wanted: [String]? = nil) {
    self.nodes = nodes
    findMakers(given)
    guard problems.isEmpty else { return }
    var states = [State](repeating: .new, count: nodes.count)
    for start in wanted?.compactMap({ makers[$0] }) ?? Array(nodes.indices) {
      guard visit(start, &states) else { return }
    }
    // A depth-first walk from some of the nodes leaves the file's order.
    if wanted != nil, isOrder(positions.sorted()) { positions.sort() }
  }

  private mutating func findMakers(_ given: Set<String>) {
    for (position, node) in nodes.enumerated() {
      for name in node.output where !name.isEmpty {
        let earlier = makers.updateValue(position, forKey: name)
        guard given.contains(name) || earlier != nil else { continue }
        let other = earlier.map { "node \(label($0))" } ?? "an input or a stored tensor"
        problems.append(
          problem(
            position, expected: "a name of its own for each value",
            found: "'\(name.printable)', which is also \(other)'s"))
        guard problems.count < GraphImporter.maximumProblems else { return }
      }
    }
  }

  /// Appends the nodes `start` needs, then itself, without recursion.
  ///
  /// - Returns: whether there is no cycle.
  private mutating func visit(_ start: Int, _ states: inout [State]) -> Bool {
    guard states[start] == .new else { return true }
    var path: [(node: Int, input: Int, reads: [String])] = [(start, 0, nodes[start].reads)]
    states[start] = .open
    while let (node, input, reads) = path.last {
      guard input < reads.count else {
        path.removeLast()
        states[node] = .done
        positions.append(node)
        continue
      }
      path[path.count - 1].input += 1
      guard let maker = makers[reads[input]] else { continue }
      switch states[maker] {
      case .done: break
      case .new:
        states[maker] = .open
        path.append((maker, 0, nodes[maker].reads))
      case .open:
        let cycle = path.map(\.node).drop { $0 != maker }
        let names = cycle.prefix(8).map(label) + (cycle.count > 8 ? ["…"] : []) + [label(maker)]
        problems.append(
          problem(
            maker, expected: "nodes that do not wait for each other",
            found: "the cycle \(names.joined(separator: " → "))"))
        return false
      }
    }
    return true
  }

  private func isOrder(_ positions: [Int]) -> Bool {
    positions.allSatisfy { position in
      nodes[position].reads.allSatisfy { makers[$0].map { $0 < position } ?? true }
    }
  }

  private func label(_ position: Int) -> String {
    "'\(NodeContext.label(of: nodes[position], index: position).printable)'"
  }

  private func problem(_ position: Int, expected: String, found: String) -> ONNXError.Problem {
    ONNXError.Problem(
      node: NodeContext.label(of: nodes[position], index: position),
      operator: nodes[position].opType, attribute: "output", expected: expected, found: found)
  }
}

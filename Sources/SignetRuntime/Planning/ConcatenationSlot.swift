import SignetModel

/// The part of a concatenation that a value is written into as it is made, so that joining copies
/// nothing.
struct ConcatenationSlot: Hashable {
  /// The concatenation.
  var node: String
  /// Which of its inputs the value is.
  var input: Int
  var firstChannel: Int

  /// The slots by value; a value that several concatenations read is made in the first.
  static func assign(in graph: Graph) -> [String: ConcatenationSlot] {
    var slots: [String: ConcatenationSlot] = [:]
    for node in graph.nodes where node.operation.kind == .concatenate {
      var first = 0
      for (index, name) in node.inputs.enumerated() {
        if slots[name] == nil, let producer = graph.node(named: name), producer.ownsItsValue {
          slots[name] = ConcatenationSlot(node: node.name, input: index, firstChannel: first)
        }
        first += graph.shapes[name]?.channels ?? 0
      }
    }
    return slots
  }
}

extension Node {
  /// Whether a step writes the node's value; otherwise it is a window on another value.
  fileprivate var ownsItsValue: Bool {
    switch operation {
    case .dropout, .flatten: false
    case .slice(let attributes): attributes.channels.step != 1
    default: true
    }
  }
}

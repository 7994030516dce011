import SignetModel

/// Where a detector ends once non-maximum suppression is cut off it, with all that follows: how many
/// boxes that keeps depends on the image, and a network's values have fixed extents.
struct SuppressionCut {
  /// A value that becomes an output.
  struct Output {
    let name: String
    /// What the file calls it.
    let value: String
  }

  /// ONNX's own, and TensorRT's plugins; all read boxes and then scores.
  static let suppressors: Set = [
    "NonMaxSuppression", "EfficientNMS_TRT", "BatchedNMS_TRT", "BatchedNMSDynamic_TRT",
  ]

  /// What they give follows the extents of values, not the values.
  private static let shapeReaders: Set = ["Shape", "Size"]

  /// The operators that the end began with.
  let operators: [String]
  /// Outputs of the file that are gone.
  let dropped: Set<String>
  /// The boxes, the scores, and what else went into the end and follows from neither.
  let outputs: [Output]

  /// `nil` where none of the outputs needs such an end.
  ///
  /// - Parameters:
  ///   - wanted: the outputs to take
  init?(_ graph: ProtoGraph, wanted: [String]) {
    guard graph.node.contains(where: { Self.suppressors.contains($0.opType) }) else { return nil }
    let stored = Set(graph.initializer.map(\.name))
    let given = stored.union(graph.input.map(\.name))
    let order = GraphOrder(graph.node, given: given, wanted: wanted)
    guard order.problems.isEmpty else { return nil }
    var cut: Set<String> = []
    var suppressing: [ProtoNode] = []
    var crossing: [String] = []
    var seen = given
    var computed = Set(graph.input.map(\.name)).subtracting(stored)
    for position in order.positions {
      let node = graph.node[position]
      let isComputed = node.reads.contains(where: computed.contains)
      if isComputed, !Self.shapeReaders.contains(node.opType) {
        computed.formUnion(node.output)
      }
      let suppresses = Self.suppressors.contains(node.opType)
      // Boxes of a low score are often left out before it, which depends on the image likewise.
      let picks = isComputed && node.opType == "NonZero"
      guard suppresses || picks || node.reads.contains(where: cut.contains) else { continue }
      if suppresses { suppressing.append(node) }
      cut.formUnion(node.output.filter { !$0.isEmpty })
      for name in node.reads where !name.isEmpty && !cut.contains(name) {
        if seen.insert(name).inserted { crossing.append(name) }
      }
    }
    dropped = cut.intersection(wanted)
    guard !dropped.isEmpty, !suppressing.isEmpty else { return nil }
    operators = suppressing.map(\.opType).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    outputs = Self.outputs(of: suppressing, cut, crossing, Lineage(graph), stored)
  }

  private static func outputs(
    of suppressing: [ProtoNode], _ cut: Set<String>, _ crossing: [String], _ lineage: Lineage,
    _ stored: Set<String>
  ) -> [Output] {
    var outputs: [Output] = []
    var taken = lineage.values
    func add(_ value: String, as name: String) {
      guard !stored.contains(value), !outputs.contains(where: { $0.value == value }) else { return }
      var free = name
      var number = 2
      while free != value, taken.contains(free) {
        free = "\(name)\(number)"
        number += 1
      }
      taken.insert(free)
      outputs.append(Output(name: free, value: value))
    }
    for node in suppressing {
      for (value, name) in zip(node.input, ["boxes", "scores"])
      where !value.isEmpty && !cut.contains(value) {
        add(value, as: name)
      }
    }
    let main = outputs.map(\.value)
    var related = Set(main)
    for value in main { related.formUnion(lineage.ancestors(of: value)) }
    // Where boxes were left out before, what they were left out of.
    let sources = main.isEmpty ? crossing : main
    for value in crossing
    where !related.contains(value) && lineage.ancestors(of: value).isDisjoint(with: sources) {
      add(value, as: value)
    }
    return outputs
  }

  /// What is computed from what.
  private struct Lineage {
    private let graph: ProtoGraph
    private var makers: [String: Int] = [:]
    /// All names in use.
    private(set) var values: Set<String>

    init(_ graph: ProtoGraph) {
      self.graph = graph
      values = Set(graph.input.map(\.name)).union(graph.initializer.map(\.name))
      for (position, node) in graph.node.enumerated() {
        for name in node.output where !name.isEmpty { makers[name] = position }
      }
      values.formUnion(makers.keys)
    }

    func ancestors(of value: String) -> Set<String> {
      var found: Set<String> = []
      var pending = [value]
      while let name = pending.popLast() {
        guard let maker = makers[name] else { continue }
        for input in graph.node[maker].reads where found.insert(input).inserted {
          pending.append(input)
        }
      }
      return found
    }
  }
}

extension ModelAssembly {
  /// The outputs to take, and what is cut off for them.
  func ending(
    _ problems: inout [ONNXError.Problem]
  ) -> (outputs: [ProtoValueInfo], cut: SuppressionCut?) {
    let all = proto.graph.output
    var outputs = all
    if let wanted = options.output {
      outputs = all.filter { $0.name == wanted }
      if outputs.isEmpty, !options.takesWhole,
        let cut = SuppressionCut(proto.graph, wanted: all.map(\.name)),
        cut.outputs.contains(where: { $0.name == wanted })
      {
        return ([Self.output(wanted)], cut)
      }
    }
    guard let cut = SuppressionCut(proto.graph, wanted: outputs.map(\.name)) else {
      return (self.outputs(&problems), nil)
    }
    guard !options.takesWhole else {
      problems.append(
        ONNXError.Problem(
          .output, node: cut.dropped.sorted()[0], operator: "output", attribute: nil,
          expected: "fixed extents: without --whole the network ends before "
            + "\(cut.operators.joined(separator: " and ")), with "
            + cut.outputs.map { "'\($0.name.printable)'" }.joined(separator: " and "),
          found: "as many boxes as an image has"))
      return ([], nil)
    }
    let kept = outputs.filter { !cut.dropped.contains($0.name) }
    return (kept + cut.outputs.map { Self.output($0.name) }, cut)
  }

  private static func output(_ name: String) -> ProtoValueInfo {
    var info = ProtoValueInfo()
    info.name = name
    return info
  }
}

extension GraphImporter {
  /// Calls values what the outputs are called; those that turn out to be constants are left out.
  mutating func rename(_ renamed: [SuppressionCut.Output], among outputs: inout [ProtoValueInfo]) {
    for output in renamed {
      let value = value(of: output.value)
      if value?.constant != nil {
        outputs.removeAll { $0.name == output.name }
      } else if let value {
        set(output.name, value)
      }
    }
  }
}

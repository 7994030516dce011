import SignetModel

/// Which layers stand at a network's ends, and which are of kinds that lose much with few bits.
struct LayerEnds {
  private let graph: Graph
  /// By value: the layers it comes from with none between.
  private var nearest: [String: Set<String>] = [:]
  /// By value: the inputs it comes from with no layer between.
  private var inputs: [String: Set<String>] = [:]
  /// Layers that have no layer before them.
  private var sources: Set<String> = []
  /// Layers that have no layer behind them.
  private var sinks: Set<String> = []
  /// Layers that take the means of distributions, which count as no layers here: their weights are
  /// 0, 1, 2, ….
  private var means: Set<String> = []

  init(_ graph: Graph) {
    self.graph = graph
    for input in graph.inputs {
      inputs[input.name] = [input.name]
      nearest[input.name] = []
    }
    for node in graph.nodes {
      let before = node.inputs.reduce(into: Set<String>()) { $0.formUnion(nearest[$1] ?? []) }
      if node.operation.isBinarizable, !isMean(node) {
        if before.isEmpty { sources.insert(node.name) }
        sinks.subtract(before)
        sinks.insert(node.name)
        nearest[node.name] = [node.name]
      } else {
        if isMean(node) { means.insert(node.name) }
        nearest[node.name] = before
        inputs[node.name] = reached(by: node)
      }
    }
  }

  /// The layers of a kind, in no order.
  func layers(_ keyword: KeepPattern.Keyword) -> [KeptLayer] {
    switch keyword {
    case .first:
      graph.inputs.flatMap { input in
        first(behind: input.name).map { KeptLayer(name: $0, reason: .first(input: input.name)) }
      }
    case .last:
      graph.outputs.flatMap { output in
        last(before: output).map { KeptLayer(name: $0, reason: .last(output: output.name)) }
      }
    case .depthwise:
      graph.layers.filter(\.operation.isDepthwise).map {
        KeptLayer(name: $0.name, reason: .depthwise)
      }
    case .distribution:
      means.union(
        means.flatMap { graph.node(named: $0)?.inputs ?? [] }.flatMap { nearest[$0] ?? [] }
      )
      .map { KeptLayer(name: $0, reason: .distribution) }
    }
  }

  /// Where all that read an input have layers before them, too, the first of these.
  private func first(behind input: String) -> [String] {
    let readers = graph.layers.filter { reached(by: $0).contains(input) }.map(\.name)
      .filter { !means.contains($0) }
    let own = readers.filter(sources.contains)
    return own.isEmpty ? Array(readers.prefix(1)) : own
  }

  /// Where an output is taken from the middle of the network, the last layer before it.
  private func last(before output: GraphOutput) -> [String] {
    let makers = nearest[output.value] ?? []
    let own = makers.filter(sinks.contains)
    guard own.isEmpty else { return Array(own) }
    return graph.layers.last { makers.contains($0.name) }.map { [$0.name] } ?? []
  }

  private func reached(by node: Node) -> Set<String> {
    node.inputs.reduce(into: []) { $0.formUnion(inputs[$1] ?? []) }
  }

  /// One number of a softmax's many.
  private func isMean(_ node: Node) -> Bool {
    guard case .convolution(let attributes) = node.operation, attributes.outputChannels == 1,
      attributes.inputChannels > 1, attributes.kernel.area == 1
    else { return false }
    var maker = node.inputs.first.flatMap(graph.node(named:))
    while let node = maker {
      switch node.operation {
      case .softmax: return true
      case .reshape, .transpose, .flatten: maker = node.inputs.first.flatMap(graph.node(named:))
      default: return false
      }
    }
    return false
  }
}

extension NodeOperation {
  /// A convolution each of whose filters sees one channel of several.
  var isDepthwise: Bool {
    guard case .convolution(let attributes) = self else { return false }
    return attributes.groups > 1 && attributes.groups == attributes.inputChannels
  }
}

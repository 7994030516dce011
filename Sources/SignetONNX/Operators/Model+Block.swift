import SignetModel

extension Model {
  /// Some of the network's nodes as a network of their own.
  ///
  /// - Parameters:
  ///   - nodes: in the graph's order
  ///   - open: extents that runs choose; `nil` takes the graph's as they are
  func block(of nodes: [Node], open: OpenValues?) throws(ONNXError) -> Model {
    let own = Set(nodes.map(\.name))
    var inputs: [String] = []
    for name in nodes.flatMap(\.inputs) where !own.contains(name) && !inputs.contains(name) {
      inputs.append(name)
    }
    let outputs = nodes.map(\.name).filter { name in
      graph.isOutput(name) || graph.consumers(of: name).contains { !own.contains($0.name) }
    }
    do {
      let part = try Graph(
        inputs: inputs.map { name in
          GraphInput(
            name: name, shape: graph.shapes[name] ?? graph.inputShape,
            openAxes: open?.axes(of: name) ?? [])
        },
        nodes: nodes, outputs: outputs.map { GraphOutput(name: $0, value: $0) },
        sizeRules: open?.rules(of: nodes) ?? [:])
      let names = part.parameters.map(\.name)
      let weights = names.map { ($0, self.weights[$0]) }.compactMap { name, weight in
        weight.map { (name, $0) }
      }
      return try Model(
        graph: part, weights: Dictionary(weights, uniquingKeysWith: { first, _ in first }),
        preprocessing: .none)
    } catch let error as GraphError {
      throw .graph(file: graph.output, error)
    } catch let error as ModelError {
      throw .model(file: graph.output, error)
    } catch {
      throw .unwritable(file: graph.output, reason: "\(error)")
    }
  }
}

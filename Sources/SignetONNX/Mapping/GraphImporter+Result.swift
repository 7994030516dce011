import SignetModel

extension GraphImporter {
  /// The network behind `outputs`, without nodes that nothing reads.
  ///
  /// - Returns: the network, and how ONNX has each output
  mutating func graph(
    inputs: [GraphInput], outputs: [String], file: String
  ) throws(ONNXError) -> (graph: Graph, outputs: [View]) {
    let values = outputs.map { value(of: $0) }
    if problems.isEmpty {
      for (output, value) in zip(outputs, values) { reportOutput(output, value) }
    }
    guard problems.isEmpty else { throw .unsupported(file: file, problems: problems) }
    var named: [GraphOutput] = []
    let views = values.compactMap { $0?.view }
    for (output, view) in zip(outputs, views) {
      do throws(NodeFailure) {
        let name = try resolve(view, as: view.outputShape)
        let isInput = inputs.contains { $0.name == name }
        let value = isInput ? try emit(output, .reshape(view.outputShape), [name]).node : name
        named.append(GraphOutput(name: output, value: value))
      } catch {
        let problem = ONNXError.Problem(
          .output, node: output, operator: "output", attribute: error.attribute,
          expected: error.expected, found: error.found)
        throw .unsupported(file: file, problems: [problem])
      }
    }
    do {
      let nodes = reachable(from: named.map(\.value))
      let graph = try Graph(inputs: inputs, nodes: nodes, outputs: named)
      return (graph, views)
    } catch {
      throw .graph(file: file, error)
    }
  }

  private mutating func reportOutput(_ output: String, _ value: ImportedValue?) {
    let found: String
    switch value {
    case .activation(let view):
      if view.batchAxis == nil, declaredBatch != 1 {
        found = "a value whose batch is \(view.batch.described): end with a Reshape"
      } else if view.isInteger {
        found = "integers"
      } else {
        return
      }
    case .constant: found = "a constant"
    case .sequence: found = "a sequence"
    case .absent, .failed, nil: found = "a value that is not computed"
    }
    problems.append(
      ONNXError.Problem(
        .output, node: output, operator: "output", attribute: nil,
        expected: "float numbers computed from the image", found: found))
  }

  private func reachable(from outputs: [String]) -> [Node] {
    var needed = Set(outputs)
    var kept: [Node] = []
    for node in nodes.reversed() where needed.contains(node.name) {
      needed.formUnion(node.inputs)
      kept.append(node)
    }
    return kept.reversed()
  }
}

extension View {
  /// The shape under which an output is given: the file's own extents, where a value can have them.
  fileprivate var outputShape: Shape {
    Shape.ranks.contains(dims.count) ? Shape(dims) : canonicalShape
  }
}

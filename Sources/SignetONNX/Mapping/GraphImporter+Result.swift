import SignetModel

extension GraphImporter {
  /// The network behind `output`, without nodes that nothing reads.
  ///
  /// - Returns: the network, and the output's extents behind the batch as ONNX has them
  mutating func graph(
    input: Shape, output: String, file: String
  ) throws(ONNXError) -> (graph: Graph, extents: [Int]) {
    let value = value(of: output)
    if problems.isEmpty { reportOutput(output, value) }
    guard problems.isEmpty, let view = value?.view else {
      throw .unsupported(file: file, problems: problems)
    }
    let name: String
    do throws(NodeFailure) {
      // Elements in order need no node, but a vector of scores shall be one by its shape too.
      let stands = view.isInOrder && view.dims.count > 1
      let resolved = stands ? view.node : try resolve(view)
      name =
        resolved == Graph.inputName
        ? try emit(output, .reshape(input), [resolved]).node : resolved
    } catch {
      let problem = ONNXError.Problem(
        .output, node: output, operator: "output", attribute: error.attribute,
        expected: error.expected, found: error.found)
      throw .unsupported(file: file, problems: [problem])
    }
    do {
      let graph = try Graph(inputShape: input, nodes: reachable(from: name), output: name)
      return (graph, view.dims)
    } catch {
      throw .graph(file: file, error)
    }
  }

  private mutating func reportOutput(_ output: String, _ value: ImportedValue?) {
    let found: String
    switch value {
    case .activation(let view):
      guard view.isInteger else { return }
      found = "integers"
    case .constant: found = "a constant"
    case .sequence: found = "a sequence"
    case .absent, .failed, nil: found = "a value that is not computed"
    }
    problems.append(
      ONNXError.Problem(
        .output, node: output, operator: "output", attribute: nil,
        expected: "float numbers computed from the image", found: found))
  }

  private func reachable(from output: String) -> [Node] {
    var needed: Set<String> = [output]
    var kept: [Node] = []
    for node in nodes.reversed() where needed.contains(node.name) {
      needed.formUnion(node.inputs)
      kept.append(node)
    }
    return kept.reversed()
  }
}

extension ModelInterface {
  /// For a network that came from no file: values under their names, in float32, with a free batch.
  package static func plain(_ graph: Graph) -> ModelInterface {
    ModelInterface(
      inputs: graph.inputs.map { .init(port: port($0.name, $0.shape)) },
      outputs: graph.outputs.map { output in
        let isUnnamed = graph.isPlain && graph.shapes[scores] == nil
        return port(isUnnamed ? scores : output.name, graph.shape(of: output))
      })
  }

  private static func port(_ name: String, _ shape: Shape) -> Port {
    Port(name: name, elementType: .float32, batch: .free(name: nil), extents: shape.extents)
  }

  private static let scores = "logits"
}

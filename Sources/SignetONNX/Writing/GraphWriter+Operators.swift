import Foundation
import SignetModel

/// The network in Signet's own operators.
extension GraphWriter {
  /// What the file has, and the extents that runs choose; `nil` where it writes all of them down.
  var units: (units: [OperatorUnit], open: OpenValues?) {
    switch operators {
    case .standard:
      let units = model.graph.nodes.map(OperatorUnit.node)
      return (units, open(units))
    case .signet:
      let usual = OperatorBlocks(model).units
      if let open = open(usual, worksOut: false) { return (usual, open) }
      // In Signet's operators sizes follow the inputs' at no cost.
      let all = model.graph.isOpen ? OperatorBlocks(model, takesAll: true).units : usual
      if let open = open(all) { return (all, open) }
      return (usual, open(usual))
    case .signetLayers:
      let units = model.binaryLayerUnits
      return (units, open(units))
    }
  }

  /// - Parameter worksOut: whether operators of ONNX's may have numbers that follow extents
  private func open(_ units: [OperatorUnit], worksOut: Bool = true) -> OpenValues? {
    guard interface.keepsAxes(of: model.graph) else { return nil }
    var outer: [Node] = []
    var blocks: [[Node]] = []
    for unit in units {
      switch unit {
      case .node(let node): outer.append(node)
      case .block(let nodes): blocks.append(nodes)
      case .layer(let fused): outer += fused.nodes
      }
    }
    let open = OpenValues(model, outer: outer, worksOut: worksOut)
    return open.areAny && blocks.allSatisfy { open.rules(of: $0) != nil } ? open : nil
  }

  mutating func write(_ unit: OperatorUnit) throws(ONNXError) {
    switch unit {
    case .node(let node):
      if !transposed.spreads.contains(node.name) { write(node) }
    case .block(let nodes): try write(block: nodes)
    case .layer(let fused): write(fused)
    }
  }

  /// Inputs: the bytes of a model file, and what its network is given.
  private mutating func write(block nodes: [Node]) throws(ONNXError) {
    let part = try model.block(of: nodes, open: open)
    let bytes: [UInt8]
    do throws(ModelFileError) {
      bytes = try part.fileBytes()
    } catch {
      throw .file(error)
    }
    let name = nodes[nodes.count - 1].name
    let stored = store("\(name).model", .uint8, dims: [bytes.count], bytes: Data(bytes))
    append(
      .block, [stored] + part.graph.inputs.map { self.name(of: $0.name) },
      to: part.graph.outputs.map { self.name(of: $0.value) })
  }

  private mutating func write(_ fused: FusedBinaryLayer) {
    let layer = fused.layer
    guard let weight = model.weight(.weight, of: layer), let codes = weight.codes,
      let result = fused.nodes.last
    else { return }
    var attributes: [ProtoAttribute] = [.integers("weight_shape", weight.shape)]
    var kind = SignetOperator.linear
    if case .convolution(let convolution) = layer.operation {
      kind = .convolution
      attributes += Self.attributes(of: convolution).filter { $0.name != "kernel_shape" }
      let shape = model.graph.shapes[layer.inputs[0]] ?? model.graph.inputShape
      attributes.append(.integers("input_shape", shape.extents))
    }
    attributes += Self.attributes(ofActivation: fused.activation?.operation)
    attributes.append(.strings(SignetOperator.layerNames, fused.nodes.map(\.name)))
    var inputs = [name(of: layer.inputs[0])] + binaryParts(codes, of: layer)
    inputs.append(fused.residual.map { name(of: $0) } ?? "")
    while inputs.last == "" { inputs.removeLast() }
    append(kind, inputs, to: [name(of: result.name)], attributes)
  }

  /// codes, scales, bias, constants, input scales, code counts; "" for what there is none of
  private mutating func binaryParts(_ codes: BinaryCodes, of layer: Node) -> [String] {
    let weight = layer.parameterName(.weight)
    let bytes = store(
      CodesRecovery.codesName(weight), .uint8, dims: [codes.rows.count, codes.bytesPerFilter],
      bytes: codes.bytes)
    let scales = store(
      CodesRecovery.scaleName(weight), codes.scales.array, dims: [codes.rows.count])
    let bias = model.weight(.bias, of: layer).map {
      store(layer.parameterName(.bias), $0.floats, dims: $0.shape)
    }
    let constants = codes.constants.map {
      store(CodesRecovery.constantName(weight), $0.array, dims: [codes.filterCount])
    }
    let inputScales = codes.inputScales.map {
      store(
        CodesRecovery.inputScaleName(weight), $0.values.array,
        dims: [$0.groupCount, $0.channelCount])
    }
    let counts =
      codes.rows.areEqual
      ? nil
      : store(
        "\(weight).code_counts", .uint8, dims: [codes.filterCount],
        bytes: Data(codes.codeCounts.map(UInt8.init(truncatingIfNeeded:))))
    return [bytes, scales, bias ?? "", constants ?? "", inputScales ?? "", counts ?? ""]
  }

  private static func attributes(ofActivation operation: NodeOperation?) -> [ProtoAttribute] {
    switch operation {
    case .relu?: [.string("activation", "Relu")]
    case .activation(.clip(let minimum?, let maximum?))?:
      [.string("activation", "Clip"), .floats("activation_params", [minimum, maximum])]
    default: []
    }
  }

  private mutating func append(
    _ kind: SignetOperator, _ inputs: [String], to outputs: [String],
    _ attributes: [ProtoAttribute] = []
  ) {
    append(kind.rawValue, inputs, to: outputs[0], attributes)
    graph.node[graph.node.count - 1].domain = SignetOperator.domain
    graph.node[graph.node.count - 1].output = outputs
  }
}

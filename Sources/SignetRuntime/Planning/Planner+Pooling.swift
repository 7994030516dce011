import SignetModel

extension Planner {
  /// Joins each max pooling with the layer before it, if that takes poolings and nobody else reads
  /// its result: a map that is larger than what the pooling leaves of it is then never stored.
  mutating func fusePoolings(where takesPooling: (PlannedConvolution) throws(EngineError) -> Bool)
    throws(EngineError)
  {
    var uses: [Int: Int] = [:]
    for step in steps {
      for view in step.views { uses[view.buffer, default: 0] += 1 }
    }
    var fused: [PlannedStep] = []
    for step in steps {
      guard case .pooling(let attributes, isMaximum: true, let input, let out) = step.work,
        attributes.dilation == Size2D(1), let before = fused.last,
        case .convolution(var layer) = before.work, layer.out == input, layer.pooling == nil,
        layer.residual == nil, uses[input.buffer] == 2, try takesPooling(layer)
      else {
        fused.append(step)
        continue
      }
      layer.pooling = PlannedPooling(attributes: attributes, out: out)
      fused[fused.count - 1] = PlannedStep(
        nodes: before.nodes + step.nodes, work: .convolution(layer))
      release(input)
    }
    replaceSteps(with: fused)
  }
}

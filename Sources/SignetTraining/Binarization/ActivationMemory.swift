import SignetModel

/// What the calibration activations need at each layer, known from the shapes alone.
struct ActivationMemory {
  /// Bytes at the layer that needs most, held as float32.
  let peak: Int
  /// The layer that needs most.
  let layer: String

  /// - Parameters:
  ///   - steps: the nodes up to the last layer to be solved
  ///   - layers: positions of the layers to be solved
  init(
    graph: Graph, steps: [ExecutionPlan.Step], layers: [Int], images: Int, isSymmetric: Bool
  ) {
    var live: [Int: Int] = [0: graph.inputShape.elementCount]
    var peak = 0
    var name = ""
    // Until the first binary layer both networks are one.
    var streams = 1
    for (position, step) in steps.enumerated() {
      let output = step.outputShape.elementCount
      if layers.contains(position) {
        // Before the layer's codes are known its output exists in the float network only.
        let bytes = (live.values.reduce(0, +) * streams + output) * images * 4
        if bytes > peak { (peak, name) = (bytes, graph.nodes[step.node].name) }
        streams = isSymmetric ? 1 : 2
      }
      live[step.node + 1] = output
      for freed in step.freed { live[freed] = nil }
    }
    self.peak = peak
    self.layer = name
  }
}

import SignetModel

/// What a layer's binary weights are made of.
struct LayerParts {
  /// K of each filter: N
  var codeCounts: [Int]
  /// β
  var hasConstants = false
  /// Input channels of a group that have a scale c; `nil`: none has.
  var scaledChannels: Int?
  /// What a squared error of each filter counts beside others': N; `nil`: all alike.
  var importance: [Double]?

  /// K codes and nothing else.
  init(codes: Int, filters: Int) {
    codeCounts = [Int](repeating: codes, count: filters)
  }

  /// What the options ask for.
  init(
    codeCounts: [Int], layer: Node, options: BinarizationOptions, graph: Graph,
    weights: [String: Weight]
  ) {
    self.codeCounts = codeCounts
    hasConstants = options.hasConstants
    if options.hasInputScales, Self.areInputScalesCheap(layer, graph) {
      scaledChannels = layer.operation.patchExtractions.first?.extraction.channels
    }
    importance = FilterGains.squares(behind: layer, graph: graph, weights: weights)
  }

  /// Weights that share a scale of an input channel at least, where it must be stored: 16 bits are
  /// then an eighth of a bit a weight at most.
  static let weightsPerScale = 128

  /// Whether scales of inputs can do anything and cost little: something before the layer takes them,
  /// or many weights share each.
  private static func areInputScalesCheap(_ layer: Node, _ graph: Graph) -> Bool {
    guard let group = layer.operation.patchExtractions.first, group.filters.count > 1,
      group.extraction.channels > 1
    else { return false }
    return InputScaleFolding(layer: layer, graph: graph) != nil
      || group.filters.count * group.extraction.kernelArea >= weightsPerScale
  }
}

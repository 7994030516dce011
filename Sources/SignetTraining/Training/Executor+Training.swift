import SignetData
import SignetModel

extension Executor {
  /// A network to be trained: binary layers get latent weights.
  ///
  /// - Parameter normalized: layers behind which a batch norm was inserted, whose latent weights
  ///   get the usual magnitude
  convenience init(
    training model: Model, teacher: Model?, options: TrainingOptions,
    normalized: Set<String> = [], ranks: Ranks = .alone
  ) throws {
    let binarized = try options.binarizedLayers(of: model)
    let parameters = try model.graph.nodes.map { node in
      var parameters = try NodeParameters(node: node, weights: model.weights, channelsLast: true)
      if node.operation.isBinarizable, let weight = model.weight(.weight, of: node) {
        if let codes = weight.codes {
          let float = teacher?.weights[node.parameterName(.weight)]
          parameters.latent = try LatentWeight(
            weight: weight, codes: codes, teacher: float, straightThrough: options.straightThrough,
            isNormalized: normalized.contains(node.name))
        } else if binarized.contains(node.name) {
          parameters.latent = try LatentWeight(
            binarizing: weight, straightThrough: options.straightThrough)
        }
        if options.straightThrough.rounding == .filters, let latent = parameters.latent {
          guard latent.scale.shape[0] == 1 else {
            throw TrainingError.mismatch(
              what: "layer '\(node.name)'", expected: "one code per filter",
              found: "\(latent.scale.shape[0])")
          }
        }
      }
      if parameters.latent != nil { parameters.tensors[.weight] = nil }
      return parameters
    }
    self.init(
      graph: model.graph, parameters: parameters,
      options: Executor.Options(precision: options.resolvedPrecision))
    straightThrough = options.straightThrough
    if options.synchronizesBatchNorm { statisticsGroup = ranks.group }
    holdsStatistics =
      options.imagesPerNorm(of: options.batchSize, processes: ranks.count)
      < Self.fewestForStatistics
      && model.graph.layers.contains(where: model.isBinary)
  }

  /// Fewer images per step say too little of what a batch norm reads: a network that is fine-tuned then
  /// keeps the statistics it came with.
  static let fewestForStatistics = 16
}

extension NormalizedNetwork {
  /// Images from which the outputs of layers are measured, or as many as there are.
  private static let images = 1280

  /// The network as it will be trained on a data set.
  init(
    training original: Model, on dataset: any ImageDataset, options: TrainingOptions,
    processes: Int = 1
  ) throws {
    let binarized = try options.binarizedLayers(of: original)
    let batchSize = min(options.batchSize, dataset.count)
    let images = options.imagesPerNorm(of: dataset.count, processes: processes)
    let layers = Self.layers(lackingNormIn: original.graph, batchSize: images) {
      original.isBinary($0) || binarized.contains($0.name)
    }
    // Of float layers that become binary: the norm then gives what follows what it is used to.
    let executor = try Executor(model: original)
    let loader = BatchLoader(
      dataset: dataset, model: original, batchSize: batchSize, shuffleSeed: options.seed,
      augmentation: options.augmentation)
    // A network that becomes binary only now will have other statistics than it has.
    let read = binarized.isEmpty ? Self.valuesNormalized(in: original) : []
    let measured = try ChannelStatistics.measure(
      layers.union(read), of: executor, on: loader,
      batches: (Self.images + batchSize - 1) / batchSize)
    try self.init(
      original, statistics: measured.filter { layers.contains($0.key) },
      seen: measured.filter { read.contains($0.key) })
  }
}

extension NormalizedNetwork {
  /// What the batch norms of a network with binary layers read.
  private static func valuesNormalized(in model: Model) -> Set<String> {
    guard model.graph.layers.contains(where: model.isBinary) else { return [] }
    return Set(
      model.graph.nodes.compactMap { node in
        guard case .batchNorm = node.operation else { return nil }
        return node.inputs.first
      })
  }
}

extension TrainingOptions {
  /// Float layers that become binary before training.
  func binarizedLayers(of model: Model) throws(TrainingError) -> Set<String> {
    guard binary else { return [] }
    let kept = try keep.layers(of: model.graph)
    return Set(
      model.graph.layers.filter { !model.isBinary($0) && !kept.contains($0.name) }.map(\.name))
  }

  /// What a network whose outputs are of these kinds is judged by.
  func validationMeasure(of kinds: [OutputKind]) -> ValidationScore.Measure {
    if learnsFromLabels { return .top1 }
    return kinds.allSatisfy(\.isOfClasses) ? .agreement : .fidelity
  }
}

import SignetData
import SignetModel
import Torch

/// A network with binary layers as it is trained: behind each layer that no batch norm follows
/// stands one, which at the start changes nothing, and those it has are given the statistics of
/// the images it will see.
///
/// Files come with their batch norms folded into the layers before them. Without the norm every
/// flipped code shifts what all later layers see, and nothing takes that up: learning rates that
/// win accuracy back beside batch norms destroy such a network in a few steps.
struct NormalizedNetwork {
  /// What was given.
  let original: Model
  /// What is trained. Where outputs of ``original`` end in a softmax these end in the scores before.
  let model: Model
  /// The inserted batch norm of each layer that has one.
  let norms: [String: String]

  /// - Parameters:
  ///   - statistics: of the outputs of ``layers(lackingNormIn:batchSize:isBinary:)``
  ///   - seen: of what batch norms of the network read, by its name
  init(
    _ original: Model, statistics: [String: ChannelStatistics],
    seen: [String: ChannelStatistics] = [:]
  ) throws(TrainingError) {
    self.original = original
    let graph = original.graph
    var names = Set(graph.nodes.map(\.name))
    var norms: [String: String] = [:]
    var nodes: [Node] = []
    var weights = original.weights
    for node in graph.nodes {
      let inputs = node.inputs.map { norms[$0] ?? $0 }
      guard let statistics = statistics[node.name] else {
        nodes.append(Node(node.name, node.operation, inputs: inputs))
        if case .batchNorm(let norm) = node.operation,
          let seen = node.inputs.first.flatMap({ seen[$0] })
        {
          try TrainingError.wrapping {
            try weights.recentre(node, norm, on: seen)
          }
        }
        continue
      }
      var name = node.name + ".norm"
      while !names.insert(name).inserted { name += "_" }
      let norm = Node(
        name, .batchNorm(BatchNorm(channels: statistics.mean.count)), inputs: [node.name])
      nodes.append(Node(node.name, node.operation.withoutBias, inputs: inputs))
      nodes.append(norm)
      norms[node.name] = name
      try TrainingError.wrapping {
        let inserted = try InsertedNorm(
          layer: original.weight(.weight, of: node),
          bias: original.weight(.bias, of: node)?.floats, statistics: statistics)
        weights[node.parameterName(.bias)] = nil
        weights[node.parameterName(.weight)] = inserted.layer
        for (role, values) in inserted.parameters {
          weights[norm.parameterName(role)] = try Weight(shape: [values.count], values: values)
        }
      }
    }
    self.norms = norms
    let outputs = graph.trainedOutputs
    model = try TrainingError.wrapping {
      try original.with(
        graph: Graph(
          inputs: graph.inputs, nodes: nodes, outputs: outputs, sizeRules: graph.sizeRules),
        weights: weights,
        // They belong to the output that may have been cut off.
        labels: [])
    }
  }

  /// The trained network without the inserted norms: ``original``'s nodes, whose layers have a bias
  /// where a norm was folded into them.
  func restored(_ trained: Model) throws -> Model {
    let folded = try trained.foldingBatchNorms(named: Set(norms.values))
    return try folded.with(
      graph: Graph(
        inputs: folded.graph.inputs, nodes: folded.graph.nodes,
        outputs: original.graph.outputs, sizeRules: original.graph.sizeRules),
      labels: original.labels)
  }

  /// Fewer values per channel and batch say too little of a mean and a deviation.
  private static let fewestValues = 16

  /// The layers that get a batch norm: those that none reads, but for the one that makes the output,
  /// whose scores a batch would shift by which classes happen to be in it.
  ///
  /// - Parameters:
  ///   - isBinary: whether a layer has codes while it is trained
  ///   - batchSize: images in a step
  static func layers(
    lackingNormIn graph: Graph, batchSize: Int, isBinary: (Node) -> Bool
  ) -> Set<String> {
    guard graph.layers.contains(where: isBinary) else { return [] }
    var normalized: Set<String> = []
    for node in graph.nodes {
      if case .batchNorm = node.operation { normalized.formUnion(node.inputs) }
    }
    let outputs = Set(graph.trainedOutputs.map(\.value))
    return Set(
      graph.layers.filter { node in
        guard !normalized.contains(node.name), !outputs.contains(node.name),
          let shape = graph.shapes[node.name]
        else { return false }
        return shape.height * shape.width * batchSize >= fewestValues
      }.map(\.name))
  }
}

extension Graph {
  /// What a loss is of: the outputs, or the scores whose softmax they are.
  var trainedOutputs: [GraphOutput] {
    outputs.map { GraphOutput(name: $0.name, value: scoresBeforeSoftmax(of: $0) ?? $0.value) }
  }
}

/// A layer and the batch norm behind it that together compute what the layer did.
private struct InsertedNorm {
  /// Without bias, its filters brought to the usual magnitude.
  let layer: Weight?
  var parameters: [(ParameterRole, [Float])] = []

  /// - Parameters:
  ///   - bias: O
  ///   - statistics: of the layer's outputs, bias included
  init(layer: Weight?, bias: [Float]?, statistics: ChannelStatistics) throws {
    let channels = statistics.mean.count
    let gains = layer.map { InsertedNorm.gains($0) } ?? []
    self.layer = try layer?.scaled(by: gains)
    let epsilon = Double(BatchNorm(channels: channels).epsilon)
    var (means, variances, weights) = ([Float](), [Float](), [Float]())
    for channel in 0..<channels {
      let gain = gains[channel]
      let variance = gain * gain * statistics.variance[channel]
      means.append(Float(gain * (statistics.mean[channel] - Double(bias?[channel] ?? 0))))
      variances.append(Float(variance))
      weights.append(Float((variance + epsilon).squareRoot() / gain))
    }
    parameters = [
      (.weight, weights), (.bias, statistics.mean.map(Float.init)), (.runningMean, means),
      (.runningVariance, variances),
    ]
  }

  /// What filters are multiplied by, which the norm takes back: O. A scale that is as small as some
  /// folded ones are changes its sign in a few steps.
  private static func gains(_ weight: Weight) -> [Double] {
    let channels = weight.shape.first ?? 0
    let length = weight.elementCount / max(1, channels)
    let usual = Double(LatentWeight.usualMagnitude(patchLength: length))
    let floats = weight.codes == nil ? weight.floats : []
    return (0..<channels).map { channel in
      let magnitude: Double
      if let codes = weight.codes {
        magnitude = Double(codes.scales.array[channel])
      } else {
        magnitude = Double(
          LatentWeight.rootMeanSquare(floats[channel * length..<(channel + 1) * length]))
      }
      return magnitude > 0 ? usual / magnitude : 1
    }
  }
}

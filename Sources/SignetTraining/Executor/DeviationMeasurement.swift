import SignetData
import SignetModel
import Torch

/// Runs a model and the float network it was made of on the same images, and compares what their
/// layers put out.
package final class DeviationMeasurement {
  /// ‖y−ŷ‖² and ‖y‖² of one layer.
  private struct Sums {
    var error = 0.0
    var energy = 0.0
  }

  private let network: Executor
  private let reference: Executor
  /// By layer of the model: the float network's node of the same value.
  private let partners: [String: String]
  private var sums: [String: Sums] = [:]

  /// Bytes of the float network's values that are held at a time.
  private static let heldBytes = 64 << 20
  private static let largestBatch = 32

  /// Images that are run at once.
  package let batchSize: Int

  /// - Throws: ``TrainingError``
  package init(_ model: Model, against float: Model) throws(TrainingError) {
    network = try Executor(model: model)
    reference = try Executor(model: float)
    partners = Self.partners(of: model.graph, in: float.graph)
    let held = partners.values.reduce(0) { $0 + (float.graph.shapes[$1]?.elementCount ?? 0) }
    batchSize = max(1, min(Self.largestBatch, Self.heldBytes / max(1, 4 * held)))
  }

  /// Layers that both networks have. Where a model's batch norm went into the layer before it, the
  /// layer's value is the float network's behind the batch norm.
  private static func partners(of graph: Graph, in float: Graph) -> [String: String] {
    var partners: [String: String] = [:]
    for layer in graph.layers {
      guard var node = float.node(named: layer.name) else { continue }
      while let next = float.consumers(of: node.name).first,
        float.consumers(of: node.name).count == 1, case .batchNorm = next.operation,
        graph.node(named: next.name) == nil
      {
        node = next
      }
      guard float.shapes[node.name] == graph.shapes[layer.name] else { continue }
      partners[layer.name] = node.name
    }
    return partners
  }

  /// Runs all images through both networks.
  ///
  /// - Parameters:
  ///   - model: the first network: says how images become its input
  ///   - skipping: called for each image that cannot be read and is left out; with `nil` the first one
  ///     is thrown
  ///   - progress: called after each batch with the images done and their total
  /// - Returns: of each layer that both have, in forward order
  /// - Throws: ``DataError``, ``TrainingError`` or what `progress` throws.
  package func run(
    _ dataset: any ImageDataset, of model: Model, skipping: ((DataError) -> Void)? = nil,
    progress: ((Int, Int) throws -> Void)? = nil
  ) throws -> [LayerDeviation] {
    let batches = BatchLoader(dataset: dataset, model: model, batchSize: batchSize)
      .batches(epoch: 0, skipping: skipping)
    var done = 0
    while let batch = try batches.next() {
      try add(batch)
      done += batch.count
      try progress?(done, dataset.count)
    }
    return network.graph.layers.compactMap { layer in
      sums[layer.name].map {
        LayerDeviation(
          name: layer.name, relativeError: $0.error == 0 ? 0 : $0.error / $0.energy)
      }
    }
  }

  private func add(_ batch: Batch) throws(TrainingError) {
    var inputs: [Tensor] = []
    for (values, input) in zip(batch.inputs, network.graph.inputs) {
      inputs.append(
        try TrainingError.wrapping {
          try Tensor(values, shape: [batch.count] + input.shape.extents)
        })
    }
    let wanted = Set(partners.values)
    var expected: [String: Tensor] = [:]
    _ = try reference.predicted(inputs) { (node, value) throws(TrainingError) in
      if wanted.contains(node.name) { expected[node.name] = value }
    }
    _ = try network.predicted(inputs) { (node, value) throws(TrainingError) in
      guard let partner = self.partners[node.name], let float = expected[partner] else { return }
      try self.add(value, beside: float, of: node)
    }
  }

  private func add(_ value: Tensor, beside float: Tensor, of node: Node) throws(TrainingError) {
    do throws(TorchError) {
      let error: Double = try (float - value).square().to(.float64).sum().item()
      let energy: Double = try float.square().to(.float64).sum().item()
      sums[node.name, default: Sums()].error += error
      sums[node.name, default: Sums()].energy += energy
    } catch {
      throw .node(name: node.name, error)
    }
  }
}

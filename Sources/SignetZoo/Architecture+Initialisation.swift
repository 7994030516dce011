import SignetModel

extension Architecture {
  /// The network with fresh weights: each layer uniform within ±√(6/S), S inputs per filter
  /// (He et al. 2015, eq. 10, as a uniform distribution), the last within ±√(3/S) since no ReLU
  /// follows it; biases 0; batch norm the identity.
  ///
  /// Every tensor draws from a generator of its own, seeded with `seed` and the tensor's name, and
  /// no step rounds differently between machines: the same seed gives the same bits everywhere.
  public func model(
    inputShape: Shape? = nil, classes: Int? = nil, seed: UInt64
  ) throws(ZooError) -> Model {
    let graph = try checkedGraph(inputShape: inputShape, classes: classes)
    var weights: [String: Weight] = [:]
    for node in graph.nodes {
      for (role, shape) in node.operation.parameters {
        let name = node.parameterName(role)
        let count = Shape(shape).elementCount
        let values: [Float]
        switch (role, node.operation.isBinarizable) {
        case (.weight, true):
          let squaredGain: Float = node.name == graph.output ? 3 : 6
          let bound = (squaredGain / Float(Shape(Array(shape.dropFirst())).elementCount))
            .squareRoot()
          var generator = SplitMix64(seed: seed ^ Self.hash(name))
          values = (0..<count).map { _ in bound * generator.nextSymmetric() }
        case (.weight, false), (.runningVariance, _):
          values = [Float](repeating: 1, count: count)
        case (.bias, _), (.runningMean, _):
          values = [Float](repeating: 0, count: count)
        }
        weights[name] = try weight(name, shape: shape, values: FloatValues(values), path: "")
      }
    }
    return try model(graph: graph, weights: weights, preprocessing: nil, path: "")
  }

  /// FNV-1a, 64 bits: Swift's own hashes differ from run to run.
  private static func hash(_ name: String) -> UInt64 {
    name.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
  }
}

extension Architecture {
  func checkedGraph(inputShape: Shape?, classes: Int?) throws(ZooError) -> Graph {
    do {
      return try graph(inputShape: inputShape, classes: classes)
    } catch {
      throw .graph(self, error)
    }
  }

  func weight(
    _ name: String, shape: [Int], values: FloatValues, path: String
  ) throws(ZooError) -> Weight {
    do {
      return try Weight(shape: shape, storage: .float(values))
    } catch {
      throw .file(ModelFileError(path: path, defect: .weight(tensor: name, error)))
    }
  }

  /// - Parameter preprocessing: `nil` takes the usual one for the graph's channels.
  func model(
    graph: Graph, weights: [String: Weight], preprocessing: Preprocessing?, path: String
  ) throws(ZooError) -> Model {
    do {
      return try Model(
        graph: graph, weights: weights,
        preprocessing: preprocessing ?? self.preprocessing(channels: graph.inputShape.channels))
    } catch {
      throw .model(self, path: path, error)
    }
  }
}

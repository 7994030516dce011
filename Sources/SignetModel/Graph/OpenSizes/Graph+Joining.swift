extension Graph {
  /// One network with open extents, made of the same network at several sizes.
  ///
  /// Every number that differs between them must follow the extents of earlier values: a multiple of
  /// their product, and an offset. The result has the first sample's extents.
  ///
  /// - Parameters:
  ///   - samples: at least two, that differ in their inputs' extents only
  ///   - openAxes: by input
  ///   - samePadding: nodes whose padding follows the input, and whether what is odd goes behind
  /// - Returns: the network, or the first node that does not follow
  package static func joining(
    _ samples: [Graph], openAxes: [[Int]], samePadding: [String: Bool]
  ) throws(GraphError) -> Result<Graph, UnfollowedNode> {
    guard let first = samples.first else { throw .noInput }
    var rules: [String: SizeRule] = [:]
    for (index, node) in first.nodes.enumerated() {
      if let upper = samePadding[node.name] {
        rules[node.name] = .samePadding(upper: upper)
        continue
      }
      let own = samples.map { $0.nodes.indices.contains(index) ? $0.nodes[index] : node }
      guard samples.allSatisfy({ $0.nodes.count == first.nodes.count }),
        own.allSatisfy({ $0.isLike(node) })
      else { return .failure(UnfollowedNode(name: node.name)) }
      if node.operation.followsItsScale(own.map(\.operation)) { continue }
      let sizes = own.map(\.operation.sizes)
      guard sizes.contains(where: { $0 != sizes[0] }) else { continue }
      var extents: [OpenExtent?] = []
      for place in sizes[0].indices {
        let numbers = sizes.map { $0[place] }
        guard numbers.contains(where: { $0 != numbers[0] }) else {
          extents.append(nil)
          continue
        }
        guard let extent = Fit(samples, before: index).extent(of: numbers) else {
          return .failure(UnfollowedNode(name: node.name))
        }
        extents.append(extent)
      }
      rules[node.name] = .extents(extents)
    }
    let inputs = zip(first.inputs, openAxes).map { input, axes in
      GraphInput(name: input.name, shape: input.shape, openAxes: axes)
    }
    return .success(
      try Graph(inputs: inputs, nodes: first.nodes, outputs: first.outputs, sizeRules: rules))
  }

  /// A node with numbers that follow the extents in a way that cannot be told.
  package struct UnfollowedNode: Error {
    package let name: String
  }
}

extension Node {
  fileprivate func isLike(_ other: Node) -> Bool {
    name == other.name && inputs == other.inputs && operation.kind == other.operation.kind
      && operation.sizes.count == other.operation.sizes.count
      && operation.equals(other.operation)
  }
}

extension NodeOperation {
  /// Whether nothing but sizes differs.
  fileprivate func equals(_ other: NodeOperation) -> Bool {
    if case .resize(var own) = self, case .resize(let others) = other {
      (own.height, own.width) = (others.height, others.width)
      return .resize(own) == other
    }
    return with(sizes: other.sizes) == other
  }

  /// Whether a resampling has one scale at all sizes.
  fileprivate func followsItsScale(_ others: [NodeOperation]) -> Bool {
    guard case .resize(let own) = self else { return false }
    return others.allSatisfy {
      guard case .resize(let other) = $0 else { return false }
      return other.height.scale == own.height.scale && other.width.scale == own.width.scale
    }
  }
}

/// Looks for the extents that a number follows.
private struct Fit {
  let samples: [Graph]
  /// The node whose number it is.
  let index: Int

  init(_ samples: [Graph], before index: Int) {
    self.samples = samples
    self.index = index
  }

  /// - Parameter numbers: by sample
  func extent(of numbers: [Int]) -> OpenExtent? {
    let node = samples[0].nodes[index]
    let own = factors(of: node.inputs)
    let inputs = factors(of: samples[0].inputs.map(\.name))
    // A value that is just as long is a likelier reason than a multiple of another.
    let earlier = factors(of: samples[0].nodes[..<index].reversed().map(\.name))
    for candidates in [own, inputs, earlier] {
      for factor in candidates {
        if let found = fitted([factor], numbers), found.numerator == found.denominator {
          return found
        }
      }
    }
    for candidates in [own, inputs] {
      for factor in candidates {
        if let found = fitted([factor], numbers) { return found }
      }
      for (place, one) in candidates.enumerated() {
        for other in candidates[(place + 1)...] {
          if let found = fitted([one, other], numbers) { return found }
        }
      }
    }
    return nil
  }

  private func factors(of names: [String]) -> [OpenExtent.Factor] {
    names.flatMap { name in
      (samples[0].shapes[name]?.extents.indices ?? 0..<0).map {
        OpenExtent.Factor(value: name, axis: $0)
      }
    }
  }

  private func fitted(_ factors: [OpenExtent.Factor], _ numbers: [Int]) -> OpenExtent? {
    let products = samples.map { sample in
      factors.reduce(1) { product, factor in
        product * (sample.shapes[factor.value]?.extents[factor.axis] ?? 0)
      }
    }
    guard let other = products.firstIndex(where: { $0 != products[0] }) else { return nil }
    var numerator = numbers[other] - numbers[0]
    var denominator = products[other] - products[0]
    guard numerator != 0 else { return nil }
    let divisor = greatestCommonDivisor(numerator, denominator)
    (numerator, denominator) = (numerator / divisor, denominator / divisor)
    if denominator < 0 { (numerator, denominator) = (-numerator, -denominator) }
    // Coincidences make large ones.
    guard abs(numerator) <= 4096, denominator <= 4096, products[0] % denominator == 0 else {
      return nil
    }
    let offset = numbers[0] - numerator * (products[0] / denominator)
    let extent = OpenExtent(
      factors: factors, numerator: numerator, denominator: denominator, offset: offset)
    return samples.indices.allSatisfy { extent.value(samples[$0].shapes) == numbers[$0] }
      ? extent : nil
  }

  private func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
    var (a, b) = (abs(a), abs(b))
    while b != 0 { (a, b) = (b, a % b) }
    return max(a, 1)
  }
}

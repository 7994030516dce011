import SignetModel

extension Graph {
  /// Two residual blocks with the zero-padding shortcut and one with a projection.
  static func residualNetwork() throws -> Graph {
    var builder = GraphBuilder(inputShape: .map(3, 11, 10))
    var value = builder.layer("stem", builder.input, 3, 9)
    // Identity shortcut.
    let first = builder.layer("block1.conv1", value, 9, 9)
    let second = builder.layer("block1.conv2", first, 9, 9, active: false)
    value = builder.append("block1.add", .add, second, value)
    value = builder.append("block1.active", .relu, value)
    // Sub-sampled identity, channels padded with zeros.
    let third = builder.layer("block2.conv1", value, 9, 18, stride: 2)
    let fourth = builder.layer("block2.conv2", third, 18, 18, active: false)
    let half = StridedSlice(height: .init(step: 2), width: .init(step: 2))
    let sliced = builder.append("block2.slice", .slice(half), value)
    let padded = builder.append(
      "block2.pad", .pad(Pad(channelsBefore: 4, channelsAfter: 5)), sliced)
    value = builder.append("block2.add", .add, padded, fourth)
    value = builder.append("block2.active", .relu, value)
    // Projection, standing behind the branch it joins.
    let fifth = builder.layer("block3.conv1", value, 18, 33, stride: 2, active: false)
    let projection = builder.layer(
      "block3.projection", value, 18, 33, kernel: 1, stride: 2, active: false)
    value = builder.append("block3.add", .add, fifth, projection)
    value = builder.append("block3.active", .relu, value)
    let pooled = builder.append("pool", .globalAveragePool, value)
    let flat = builder.append("flat", .flatten, pooled)
    let output = builder.append("classifier", .linear(Linear(inputs: 33, outputs: 10)), flat)
    return try builder.graph(output: output)
  }

  /// Convolutions and pooling, then linear layers over a flattened map.
  static func plainNetwork() throws -> Graph {
    var builder = GraphBuilder(inputShape: .map(1, 12, 12))
    var value = builder.layer("conv1", builder.input, 1, 17)
    value = builder.append(
      "pool1", .maxPool(Pooling(kernel: Size2D(2), stride: Size2D(2))), value)
    value = builder.layer("conv2", value, 17, 40)
    value = builder.append(
      "pool2",
      .maxPool(Pooling(kernel: Size2D(3), stride: Size2D(2), ceilMode: true)), value)
    value = builder.append("flat", .flatten, value)
    value = builder.append("fc1", .linear(Linear(inputs: 40 * 9, outputs: 70)), value)
    value = builder.append("fc1.norm", .batchNorm(BatchNorm(channels: 70)), value)
    value = builder.append("fc1.active", .relu, value)
    value = builder.append("fc1.drop", .dropout(rate: 0.3), value)
    value = builder.append("fc2", .linear(Linear(inputs: 70, outputs: 10)), value)
    return try builder.graph(output: value)
  }

  /// Branches that are joined, nested and read again.
  static func branchingNetwork() throws -> Graph {
    var builder = GraphBuilder(inputShape: .map(3, 8, 9))
    let stem = builder.layer("stem", builder.input, 3, 6)
    let left = builder.layer("left", stem, 6, 7, kernel: 1)
    let right = builder.layer("right", stem, 6, 5)
    let pooled = builder.append(
      "pooled",
      .maxPool(Pooling(kernel: Size2D(3), stride: Size2D(1), padding: Padding2D(1))), stem)
    let inner = builder.append("inner", .concatenate, left, right)
    let outer = builder.append("outer", .concatenate, pooled, inner, stem, left)
    let mixed = builder.layer("mixed", outer, 31, 12)
    let again = builder.append("again", .concatenate, inner, mixed)
    let channels = builder.append(
      "channels", .slice(StridedSlice(channels: .init(start: 6, end: 18))), again)
    let sum = builder.append("sum", .add, channels, mixed)
    let last = builder.layer("last", sum, 12, 10, kernel: 1)
    let global = builder.append("global", .globalAveragePool, last)
    let scores = builder.append("scores", .flatten, global)
    return try builder.graph(output: scores)
  }
}

extension GraphBuilder {
  /// Convolution, batch norm and, unless told otherwise, ReLU.
  mutating func layer(
    _ name: String, _ input: String, _ inputs: Int, _ outputs: Int, kernel: Int = 3,
    stride: Int = 1, active: Bool = true
  ) -> String {
    let convolution = append(
      name,
      .convolution(
        Convolution(
          inputChannels: inputs, outputChannels: outputs, kernel: Size2D(kernel),
          stride: Size2D(stride), padding: Padding2D(kernel / 2), hasBias: false)),
      input)
    let norm = append("\(name).norm", .batchNorm(BatchNorm(channels: outputs)), convolution)
    return active ? append("\(name).active", .relu, norm) : norm
  }
}

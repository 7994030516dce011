import SignetModel

extension Graph {
  /// A network that has every kind of operation, most with odd attributes.
  package static func everyOperation() throws -> Graph {
    var g = GraphBuilder(inputShape: .map(3, 9, 8))
    let grouped = g.append(
      "grouped",
      .convolution(
        Convolution(
          inputChannels: 3, outputChannels: 6, kernel: Size2D(height: 3, width: 2),
          stride: Size2D(height: 2, width: 1),
          padding: Padding2D(top: 2, left: 0, bottom: 1, right: 3),
          dilation: Size2D(height: 1, width: 2), groups: 3)),
      g.input)  // 6 × 5 × 9
    let functions: [Activation] = [
      .leakyRelu(slope: 0.1), .clip(minimum: -0.5, maximum: 0.25), .sigmoid,
      .hardSigmoid(slope: 0.2, offset: 0.4), .hardSwish, .silu,
    ]
    let branches = functions.enumerated().map { index, function in
      g.append("function\(index)", .activation(function), grouped)
    }
    let all = g.append("all", .concatenate, inputs: branches)  // 36 × 5 × 9
    let slopes = g.append("prelu", .prelu(.map(36, 1, 1)), all)
    let affine = g.append(
      "affine", .affine(Affine(shape: .map(36, 5, 9), hasWeight: true, hasBias: true)), slopes)
    let norm = g.append(
      "norm", .localResponseNorm(LocalResponseNorm(size: 5, alpha: 0.3, beta: 0.75, bias: 1.5)),
      affine)
    let shuffled = g.append(
      "shuffled",
      .transpose(
        Transposition(extents: [4, 9, 5, 9], order: [1, 0, 2, 3], shape: .map(36, 5, 9))), norm)
    let padded = g.append(
      "padded",
      .pad(
        Pad(
          channelsBefore: 0, channelsAfter: 0,
          spatial: Padding2D(top: 3, left: 0, bottom: 1, right: 2), mode: .reflect)), shuffled)
    let cut = g.append(
      "cut", .slice(StridedSlice(height: .init(start: 1, step: 2), width: .init(end: 10, step: 3))),
      padded
    )  // 36 × 4 × 4
    let most = g.append(
      "most",
      .maxPool(
        Pooling(
          kernel: Size2D(height: 2, width: 3), stride: Size2D(1), padding: Padding2D(1),
          dilation: Size2D(height: 3, width: 1))), cut)
    let mean = g.append(
      "mean",
      .averagePool(
        Pooling(kernel: Size2D(2), stride: Size2D(1), padding: Padding2D(1), countsPadding: true)),
      cut)
    let gate = g.append("gate", .globalAveragePool, mean)
    let gated = g.append("gated", .multiply, most, gate)
    let twice = g.append("twice", .add, gated, most)
    let centred = g.append("centred", .batchNorm(BatchNorm(channels: 36, epsilon: 1e-3)), twice)
    let active = g.append("active", .relu, centred)
    let dropped = g.append("dropped", .dropout(rate: 0.5), active)
    let pooled = g.append("pooled", .globalAveragePool, dropped)
    let folded = g.append("folded", .reshape(.map(9, 2, 2)), pooled)
    let flat = g.append("flat", .flatten, folded)
    let hidden = g.append("hidden", .linear(Linear(inputs: 36, outputs: 7)), flat)
    let scores = g.append("scores", .softmax(axis: 0), hidden)
    return try g.graph(output: scores)
  }
}

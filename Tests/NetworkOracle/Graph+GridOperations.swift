import SignetModel

extension Graph {
  /// Small networks around the operations that resample, combine values or run along axes, one or a
  /// few in each.
  package static func gridOperations() throws -> [Graph] {
    try elementaryFunctions() + resampling() + sampling() + combinations() + reductions()
      + rearrangements()
  }

  /// A network of a 6 × 5 × 4 map, `map`, and what is made of it; `positive` is the same within 0…1.
  private static func network(
    _ build: (inout GraphBuilder) -> String
  ) throws -> Graph {
    var builder = GraphBuilder(inputShape: .map(3, 10, 4))
    builder.append("map", .reshape(.map(6, 5, 4)), builder.input)
    builder.append("positive", .activation(.sigmoid), "map")
    let output = build(&builder)
    return try builder.graph(output: output)
  }

  private static func elementaryFunctions() throws -> [Graph] {
    // At a threshold the bounds of two results say nothing.
    let steps: Set<Elementary> = [.sign, .floor, .ceil, .round, .not]
    let functions: [Activation] =
      Elementary.allCases.filter { !steps.contains($0) }.map(Activation.elementary) + [
        .elu(scale: 0.7, gain: 1.3, reach: 0.9), .power(exponent: 2), .power(exponent: 0.5),
      ]
    var graphs = try functions.map { function in
      try network { $0.append("function", .activation(function), "positive") }
    }
    graphs += try [
      Activation.elu(scale: 1, gain: 1, reach: 1), .elementary(.mish),
      .elementary(.softplus), .elementary(.gelu), .thresholdedRelu(threshold: 0.3),
    ].map { function in try network { $0.append("function", .activation(function), "map") } }
    // The input itself is exact, so that its steps are too.
    graphs += try steps.sorted { $0.rawValue < $1.rawValue }.map { function in
      try network { $0.append("function", .activation(.elementary(function)), "map") }
    }
    return graphs
  }

  private static func resampling() throws -> [Graph] {
    var graphs: [Graph] = []
    for mode in Resize.Mode.allCases {
      for coordinates in Resize.Coordinates.allCases {
        for (height, width) in [(8, 7), (3, 2)] {
          let resize = Resize(
            mode: mode, coordinates: coordinates, extrapolation: 0.5,
            height: .init(size: height, scale: Float(height) / 5, start: 0.1, end: 1.2),
            width: .init(size: width, scale: Float(width) / 4, start: 0, end: 0.8))
          graphs.append(try network { $0.append("resize", .resize(resize), "map") })
        }
      }
    }
    let shrunk = Resize(
      mode: .cubic, cubicCoefficient: -0.5, excludesOutside: true, antialiases: true,
      height: .init(size: 2, scale: 0.4), width: .init(size: 2, scale: 0.5))
    graphs.append(try network { $0.append("resize", .resize(shrunk), "map") })
    // A transposed convolution of stride 2 × 3.
    graphs.append(
      try network {
        let spread = $0.append("spread", .spread(Size2D(height: 2, width: 3)), "map")
        return $0.append(
          "convolution",
          .convolution(
            Convolution(
              inputChannels: 6, outputChannels: 5, kernel: Size2D(3),
              padding: Padding2D(top: 1, left: 2, bottom: 2, right: 1))), spread)
      })
    graphs += try [1, 2].map(disjointTransposedConvolution)
    return graphs
  }

  /// Places well inside the map, around its borders and far outside.
  private static func sampling() throws -> [Graph] {
    var graphs: [Graph] = []
    for mode in Resize.Mode.allCases {
      for padding in GridSample.Padding.allCases {
        for alignsCorners in [false, true] {
          let sample = GridSample(mode: mode, padding: padding, alignsCorners: alignsCorners)
          graphs.append(
            try network {
              let grid = $0.append("grid", .reshape(.map(10, 6, 2)), $0.input)
              return $0.append("sampled", .gridSample(sample), "map", grid)
            })
        }
      }
    }
    return graphs
  }

  /// One whose windows meet without overlapping, read by `readers` others.
  package static func disjointTransposedConvolution(readers: Int) throws -> Graph {
    try network {
      let stride = Size2D(height: 2, width: 3)
      let spread = $0.append("spread", .spread(stride), "map")
      let convolution = $0.append(
        "convolution",
        .convolution(
          Convolution(
            inputChannels: 6, outputChannels: 5, kernel: stride,
            padding: Padding2D(top: 1, left: 2, bottom: 1, right: 2))), spread)
      let norm = $0.append("norm", .batchNorm(BatchNorm(channels: 5)), convolution)
      let relu = $0.append("relu", .relu, norm)
      guard readers > 1 else { return relu }
      return $0.append(
        "second",
        .convolution(Convolution(inputChannels: 6, outputChannels: 5, kernel: Size2D(1))), spread)
    }
  }

  private static func combinations() throws -> [Graph] {
    var graphs: [Graph] = []
    for function in BinaryFunction.allCases where function != .remainder {
      graphs.append(
        try network {
          let gate = $0.append("gate", .globalAveragePool, "positive")
          return $0.append("result", .binary(function), "positive", gate)
        })
    }
    graphs.append(
      try network {
        let constant = $0.append("constant", .constant(.map(1, 5, 1)), "map")
        let isLarger = $0.append("larger", .binary(.greater), "map", constant)
        return $0.append("selected", .select, isLarger, "positive", constant)
      })
    graphs.append(
      try network {
        $0.append(
          "product",
          .matrixProduct(
            MatrixProduct(batch: 2, rows: 5, inner: 12, columns: 5, shape: Shape([2, 5, 5]))),
          "map", "positive")
      })
    for axis in 0..<3 {
      graphs.append(try network { $0.append("log", .logSoftmax(axis: axis), "map") })
    }
    return graphs
  }

  private static func reductions() throws -> [Graph] {
    var graphs: [Graph] = []
    let grids: [(axes: [Int], shape: Shape)] = [
      ([2], Shape([6, 5])), ([0], Shape([5, 4])), ([0, 2], Shape([5])), ([0, 1, 2], Shape([1])),
    ]
    for function in Reduction.Function.allCases {
      for (axes, shape) in grids {
        let reduction = Reduction(
          function: function, extents: [6, 5, 4], axes: axes, shape: shape)
        graphs.append(try network { $0.append("reduced", .reduce(reduction), "positive") })
      }
    }
    for isMaximum in [true, false] {
      for takesLast in [true, false] {
        let extreme = ArgExtreme(
          isMaximum: isMaximum, takesLast: takesLast, extents: [6, 5, 4], axis: 1,
          shape: .map(6, 1, 4))
        graphs.append(try network { $0.append("place", .argExtreme(extreme), "map") })
      }
    }
    for (extents, axes) in [([6, 20], [1]), ([3, 2, 20], [1, 2]), ([6, 5, 4], [0])] {
      let normalization = Normalization(extents: extents, axes: axes, epsilon: 1e-3)
      graphs.append(try network { $0.append("normal", .normalize(normalization), "map") })
    }
    return graphs
  }

  private static func rearrangements() throws -> [Graph] {
    let region = Region(
      axes: [
        .init(extent: 6, start: 4, step: -2, count: 3), .init(extent: 5, repeats: 2),
        .init(extent: 4, start: 1, step: 2, count: 2),
      ], shape: .map(3, 10, 2))
    let selection = Selection(
      extents: [2, 15, 4], axis: 1, places: [14, 0, 7, 7], shape: Shape([2, 4, 2, 2]))
    return [
      try network { $0.append("region", .region(region), "map") },
      try network { $0.append("selection", .selection(selection), "map") },
    ]
  }
}

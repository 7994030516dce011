import SignetModel

extension ModelAssembly {
  /// Usual extents of images, of lines of text, and of what is longer; the first that the network
  /// takes becomes the one it has until a run chooses another.
  private static let usualExtents = [
    [224, 224], [256, 256], [640, 640], [48, 320], [32, 320], [32, 100], [1024], [16000], [44100],
  ]

  /// Extents to compare with, all of them different; those that the network takes tell what follows
  /// them.
  private static let otherExtents = [
    [256, 320], [320, 192], [448, 384], [203, 269], [331, 171], [1280, 1536], [22050, 32000],
    [48000, 40000],
  ]

  /// How many nodes are read, at all sizes together.
  private static let nodesRead = 1 << 17

  /// The graph with the extents left open that the file leaves open: read at several sizes, it shows
  /// which of its numbers follow them.
  func openReading(of inputs: [ProtoValueInfo]) throws(ONNXError) -> Reading {
    let symbols = OpenSample([1], of: inputs).symbols
    // A long file is not read as often as a network is.
    let readings = max(4, Self.nodesRead / max(1, proto.graph.node.count))
    var first: Reading?
    var usual: [Int] = []
    var failure: ONNXError?
    for extents in Self.usualExtents.prefix(readings) where first == nil {
      do {
        first = try reading(sample: OpenSample(extents, of: inputs))
        usual = symbols.indices.map { extents[$0 % extents.count] }
      } catch {
        failure = failure ?? error
      }
    }
    guard var whole = first else {
      throw failure ?? .malformed(file: name, reason: "it holds no network")
    }
    var samples = [whole]
    for extents in Self.otherExtents.prefix(readings) {
      if let sample = try? reading(sample: OpenSample(extents, of: inputs)) {
        samples.append(sample)
      }
    }
    if samples.count < 3, symbols.count > 1 {
      let (closed, others) = alone(usual, of: inputs)
      if !others.isEmpty {
        whole = try reading(sample: OpenSample(usual, of: inputs, closed: closed))
      }
      samples = [whole] + others
    }
    guard samples.count > 2, Self.haveSameWeights(samples) else { throw closed(at: nil, inputs) }
    let joined: Result<Graph, Graph.UnfollowedNode>
    do throws(GraphError) {
      joined = try Graph.joining(
        samples.map(\.graph), openAxes: whole.openAxes, samePadding: whole.samePadding)
    } catch {
      throw .graph(file: name, error)
    }
    switch joined {
    case .success(let graph): whole.graph = graph
    case .failure(let node): throw closed(at: node.name, inputs)
    }
    return whole
  }

  /// Readings with one extent changed at a time, for a network that takes but one of another:
  /// lines of text are of any length and of one height.
  ///
  /// - Returns: the places in `usual` of extents that cannot be changed, and what was read
  private func alone(
    _ usual: [Int], of inputs: [ProtoValueInfo]
  ) -> (closed: Set<Int>, samples: [Reading]) {
    var closed: Set<Int> = []
    var samples: [Reading] = []
    for place in usual.indices {
      var own: [Reading] = []
      for change in Self.changes {
        var extents = usual
        extents[place] += change
        if let sample = try? reading(sample: OpenSample(extents, of: inputs)) { own.append(sample) }
      }
      if own.count > 1 { samples += own } else { closed.insert(place) }
    }
    return (closed, samples)
  }

  /// From small to large multiples, and one that is odd.
  private static let changes = [32, 64, 160, 320, 77]

  private static func haveSameWeights(_ samples: [Reading]) -> Bool {
    samples.dropFirst().allSatisfy { $0.weights == samples[0].weights }
  }

  /// Says that the extents must be fixed, and how.
  private func closed(at node: String?, _ inputs: [ProtoValueInfo]) -> ONNXError {
    let input = inputs.first { !OpenSample([1], of: [$0]).symbols.isEmpty } ?? inputs[0]
    let example = input.type.tensorType.shape.dim.enumerated().map { axis, dimension in
      if case .dimValue(let value) = dimension.value, value > 0 { return "\(value)" }
      return axis == 0 ? "1" : "224"
    }
    let reason = node.map { "what '\($0.printable)' does follows them in no way that can be told" }
    return .unsupported(
      file: name,
      problems: [
        ONNXError.Problem(
          .input, node: input.name, operator: "input", attribute: nil,
          expected: "its extents: give them with --input-shape \(input.name.printable):"
            + example.joined(separator: "x"),
          found: "open ones, and \(reason ?? "a network that takes few of them")")
      ])
  }
}

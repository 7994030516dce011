import SignetModel

extension ModelAssembly {
  /// Usual extents of images, and of what is longer; the first that the network takes becomes the one
  /// it has until a run chooses another.
  private static let usualExtents = [
    [224, 224], [256, 256], [640, 640], [1024], [16000], [44100],
  ]

  /// Extents to compare with, all of them different; those that the network takes tell what follows
  /// them.
  private static let otherExtents = [
    [256, 320], [320, 192], [448, 384], [203, 269], [331, 171], [1280, 1536], [22050, 32000],
    [48000, 40000],
  ]

  /// The graph with the extents left open that the file leaves open: read at several sizes, it shows
  /// which of its numbers follow them.
  func openReading(of inputs: [ProtoValueInfo]) throws(ONNXError) -> Reading {
    var first: Reading?
    var failure: ONNXError?
    for extents in Self.usualExtents where first == nil {
      do {
        first = try reading(sample: OpenSample(extents, of: inputs))
      } catch {
        failure = failure ?? error
      }
    }
    guard var whole = first else {
      throw failure ?? .malformed(file: name, reason: "it holds no network")
    }
    var samples = [whole]
    for extents in Self.otherExtents {
      if let sample = try? reading(sample: OpenSample(extents, of: inputs)) {
        samples.append(sample)
      }
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

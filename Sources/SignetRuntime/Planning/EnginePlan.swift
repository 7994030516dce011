import SignetModel

/// What an engine does, step by step, for reports.
public struct EnginePlan: Sendable, Hashable {
  /// One pass over memory: a node with everything that was fused into it.
  public struct Step: Sendable, Hashable {
    /// The nodes it does, in graph order; empty for the conversion of input and output.
    public let nodes: [Node]
    /// The kernel's name: element types, operation, tile, instruction set.
    public let kernel: String
    /// Of one image; the channels are adjacent in memory.
    public let outputShape: Shape
    /// Whether the weights are codes.
    public let isBinary: Bool
    /// Of one image, padding included, each code counted; 0 if the step has no weights.
    public let multiplyAdds: Int
    /// Bytes of the weights as the kernel lays them out.
    public let packedBytes: Int

    /// The name of the first node, which has the weights if any has.
    public var name: String { nodes.first?.name ?? kernel }
  }

  /// The kernel set's name.
  public let kernels: String
  /// In the order in which they run.
  public let steps: [Step]
  /// Bytes of all activations of the largest batch together.
  public let arenaBytes: Int
  /// Bytes of all packed weights.
  public let packedBytes: Int

  /// The convolutions and linear layers.
  public var layers: [Step] {
    steps.filter { $0.nodes.first?.operation.isBinarizable ?? false }
  }
}

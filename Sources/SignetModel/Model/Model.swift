/// A network with its weights: the one noun every verb takes and gives.
///
/// A value that came out of the initialiser is consistent: the graph is valid, each node has
/// exactly the tensors it needs in the shapes it needs, and the preprocessing fits the input.
public struct Model: Sendable, Hashable {
  /// The operations and how they are joined.
  public let graph: Graph
  /// Tensors by name, `<node>.<role>`.
  public let weights: [String: Weight]
  /// How an image becomes the input.
  public let preprocessing: Preprocessing
  /// Class names by index; empty if unknown.
  public let labels: [String]
  /// What was done to the model.
  public let provenance: Provenance
  /// What somebody said that the output is; `nil` leaves ``outputKind`` to the graph.
  public let declaredOutputKind: OutputKind?
  /// Names and layout of input and output in the file the network came from, if they are known and
  /// still those of this network.
  public let interface: ModelInterface?

  /// - Throws: ``ModelError`` with every tensor that is missing, misshapen or left over.
  public init(
    graph: Graph, weights: [String: Weight], preprocessing: Preprocessing, labels: [String] = [],
    provenance: Provenance = Provenance(), outputKind: OutputKind? = nil,
    interface: ModelInterface? = nil
  ) throws(ModelError) {
    self.graph = graph
    self.weights = weights
    self.preprocessing = preprocessing
    self.labels = labels
    self.provenance = provenance
    declaredOutputKind = outputKind
    self.interface = interface.flatMap { $0.fits(graph) ? $0 : nil }
    try validate()
  }

  /// The number of classes: the first output's elements.
  public var classCount: Int { graph.outputShape.elementCount }

  /// The node's tensor of this role, or `nil` if it has none.
  public func weight(_ role: ParameterRole, of node: Node) -> Weight? {
    weights[node.parameterName(role)]
  }

  /// Whether the node's weight is stored as codes.
  public func isBinary(_ node: Node) -> Bool {
    weight(.weight, of: node)?.isBinary ?? false
  }

  /// A copy with some parts replaced.
  public func with(
    graph: Graph? = nil, weights: [String: Weight]? = nil, preprocessing: Preprocessing? = nil,
    labels: [String]? = nil, provenance: Provenance? = nil, outputKind: OutputKind? = nil
  ) throws(ModelError) -> Model {
    try Model(
      graph: graph ?? self.graph, weights: weights ?? self.weights,
      preprocessing: preprocessing ?? self.preprocessing, labels: labels ?? self.labels,
      provenance: provenance ?? self.provenance, outputKind: outputKind ?? declaredOutputKind,
      interface: interface)
  }
}

import SignetModel

/// A layer's size, and what hashing measured of it.
struct LayerFigures: Sendable {
  var name: String
  var operation: String
  /// Of one sample.
  var outputShape: Shape
  var weightShape: Shape
  /// Elements of the weight.
  var weights: Int
  /// Of the weight alone in the file, scales and constants included.
  var weightBytes: Int
  /// Of all of the layer's tensors in the file.
  var bytes: Int
  /// The same in float32.
  var floatBytes: Int
  var isBinary: Bool
  /// Of binary layers; a training may have changed the codes since.
  var record: LayerRecord?

  /// Per weight, with whatever belongs to its codes.
  var bits: Double { 8 * Double(weightBytes) / Double(max(1, weights)) }

  init(_ node: Node, of model: Model, record: LayerRecord?) {
    let tensors = node.operation.parameters.compactMap { model.weight($0.role, of: node) }
    let weight = model.weight(.weight, of: node)
    name = node.name
    operation = node.operation.kind.rawValue
    outputShape = model.graph.shapes[node.name] ?? Shape([])
    weightShape = Shape(weight?.shape ?? [])
    weights = weight?.elementCount ?? 0
    weightBytes = weight?.storedByteCount ?? 0
    bytes = tensors.reduce(0) { $0 + $1.storedByteCount }
    floatBytes = tensors.reduce(0) { $0 + 4 * $1.elementCount }
    isBinary = model.isBinary(node)
    // A record outlives what it describes if a layer was made float again.
    self.record = isBinary ? record : nil
  }
}

extension Model {
  /// Convolutions and linear layers, in forward order.
  var layerFigures: [LayerFigures] {
    let records = Dictionary(
      provenance.layerRecords.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
    return graph.layers.map { LayerFigures($0, of: self, record: records[$0.name]) }
  }

  /// Bits per weight of all layers together.
  package var meanBits: Double {
    let layers = layerFigures
    let weights = layers.reduce(0) { $0 + $1.weights }
    return 8 * Double(layers.reduce(0) { $0 + $1.weightBytes }) / Double(max(1, weights))
  }
}

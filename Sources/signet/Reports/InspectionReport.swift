import SignetModel
import SignetReport

/// What a model is made of.
struct InspectionReport: Report {
  struct Layer: Encodable, Hashable, Sendable {
    var name: String
    var operation: String
    /// The value the layer produces for one image, `C×H×W` or `C`.
    var outputShape: [Int]
    var weightShape: [Int]
    var weights: Int
    /// Per weight: 32 for float, 8 for an 8-bit layer, the mean number of codes for a
    /// binary one.
    var bits: Double
    /// What all of the layer's tensors take in the file.
    var bytes: Int
    /// ‖S−Ŝ‖²/‖S‖² with sign and mean magnitude; of binarized layers, as long as nothing was trained
    /// since.
    var errorBefore: Double?
    /// The same with the solved codes and scales.
    var errorAfter: Double?
    /// The network's output when only this layer is binary, if that was measured.
    var sensitivity: OutputChange?
  }

  /// An input or an output.
  struct Port: Encodable, Hashable, Sendable {
    var name: String
    /// Extents behind the batch, `?` for open ones.
    var pattern: String
    /// What an output's numbers are.
    var kind: String?
  }

  var file: String
  var fileBytes: Int
  /// The same tensors all in float32.
  var floatBytes: Int
  /// Weights of convolutions and linear layers that are codes.
  var binaryWeights: Int
  /// Weights of convolutions and linear layers that are stored in 8 bits.
  var int8Weights: Int
  /// All other numbers: float layers, biases, batch norm.
  var floatWeights: Int
  var inputShape: [Int]
  var inputs: [Port]
  var outputs: [Port]
  var classes: Int
  var labels: [String]
  var preprocessing: Preprocessing
  var layers: [Layer]
  var provenance: Provenance

  /// - Parameters:
  ///   - file: the name to show
  ///   - fileBytes: bytes of the model file
  ///   - floatBytes: bytes of the same tensors in float32
  init(model: Model, file: String, fileBytes: Int, floatBytes: Int) {
    self.file = file
    self.fileBytes = fileBytes
    self.floatBytes = floatBytes
    let isOutdated = model.provenance.placeOfOutdatedRecords != nil
    let records = Dictionary(
      (isOutdated ? [] : model.provenance.layerRecords).map { ($0.name, $0) },
      uniquingKeysWith: { $1 })
    layers = model.graph.layers.map { Layer($0, of: model, record: records[$0.name]) }
    let weights = model.weights.values
    let elements = weights.reduce(0) { $0 + $1.elementCount }
    binaryWeights = weights.reduce(0) { $0 + ($1.isBinary ? $1.elementCount : 0) }
    floatWeights = weights.reduce(0) { $0 + ($1.isFloat ? $1.elementCount : 0) }
    int8Weights = elements - binaryWeights - floatWeights
    inputShape = model.graph.inputShape.extents
    inputs = model.graph.inputs.map { Port(name: $0.name, pattern: $0.pattern, kind: nil) }
    outputs = model.graph.outputs.map {
      Port(
        name: $0.name, pattern: "\(model.graph.shape(of: $0))",
        kind: model.outputKind(of: $0).rawValue)
    }
    classes = model.classCount
    labels = model.labels
    preprocessing = model.preprocessing
    provenance = model.provenance
  }
}

extension InspectionReport.Layer {
  fileprivate init(_ node: Node, of model: Model, record: LayerRecord?) {
    let tensors = node.operation.parameters.compactMap { model.weight($0.role, of: node) }
    let weight = model.weight(.weight, of: node)
    name = node.name
    operation = node.operation.kind.rawValue
    outputShape = model.graph.shapes[node.name]?.extents ?? []
    weightShape = weight?.shape ?? []
    weights = weight?.elementCount ?? 0
    bits = weight?.bitsPerElement ?? 32
    bytes = tensors.reduce(0) { $0 + $1.storedByteCount }
    // A record outlives what it describes if a layer was made float again: show it only on codes.
    errorBefore = weight?.isBinary == true ? record?.errorBefore : nil
    errorAfter = weight?.isBinary == true ? record?.errorAfter : nil
    sensitivity = weight?.isBinary == true ? record?.sensitivity : nil
  }
}

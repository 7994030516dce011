import SignetModel
import SignetReport

/// What came out of an export.
struct ExportReport: Report {
  /// The file that was written.
  var output: String
  /// How the weights of binary layers are stored in ONNX; absent for a model file.
  var encoding: String?
  /// Which operators an ONNX file has; absent for a model file.
  var operators: String?
  /// How the other layers are stored.
  var keptLayers: String
  var fileBytes: Int
  /// The same tensors all in float32.
  var floatBytes: Int

  var text: String {
    "\(output.printablePath) (\(Quantity.bytes(fileBytes)), \(Quantity.bytes(floatBytes)) of weights in float)"
  }
}

import SignetModel

/// What came out of an export.
public struct ExportReport: Report {
  /// The file that was written.
  public var output: String
  /// How the weights of binary layers are stored in ONNX; absent for a model file.
  public var encoding: String?
  /// How the other layers are stored.
  public var keptLayers: String
  public var fileBytes: Int
  /// The same tensors all in float32.
  public var floatBytes: Int

  public init(
    output: String, encoding: String?, keptLayers: String, fileBytes: Int, floatBytes: Int
  ) {
    self.output = output
    self.encoding = encoding
    self.keptLayers = keptLayers
    self.fileBytes = fileBytes
    self.floatBytes = floatBytes
  }

  public var text: String {
    "\(output.printablePath) (\(Quantity.bytes(fileBytes)), \(Quantity.bytes(floatBytes)) of weights in float)"
  }
}

import SignetModel

/// What came out of an import.
public struct ImportReport: Report {
  /// The model file that was written.
  public var output: String
  public var layers: Int
  public var parameters: Int
  public var fileBytes: Int

  public init(output: String, layers: Int, parameters: Int, fileBytes: Int) {
    self.output = output
    self.layers = layers
    self.parameters = parameters
    self.fileBytes = fileBytes
  }

  public var text: String {
    "\(layers) layers, \(Quantity.count(parameters)) parameters → \(output.printablePath) "
      + "(\(Quantity.bytes(fileBytes)))"
  }
}

import SignetModel
import SignetReport

/// What came out of an import.
struct ImportReport: Report {
  /// The model file that was written.
  var output: String
  var layers: Int
  var parameters: Int
  var fileBytes: Int

  var text: String {
    "\(layers) layers, \(Quantity.count(parameters)) parameters → \(output.printablePath) "
      + "(\(Quantity.bytes(fileBytes)))"
  }
}

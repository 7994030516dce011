import SignetModel
import SignetReport

/// What came out of an import.
struct ImportReport: Report {
  /// The model file that was written.
  var output: String
  var layers: Int
  var parameters: Int
  var fileBytes: Int
  /// What the network ended in and the model does not have; absent if it is whole.
  var cutOff: String?

  var text: String {
    "\(layers) layers, \(Quantity.count(parameters)) parameters → \(output.printablePath) "
      + "(\(Quantity.bytes(fileBytes)))"
      + (cutOff.map { "\nwithout \($0.printable) and what follows" } ?? "")
  }
}

import SignetModel

/// Where the server listens.
struct ServingReport: Report {
  var address: String
  var port: Int
  /// The names that requests call them by.
  var models: [String]

  var text: String { "serving \(models.joined(separator: ", ")) on \(address)" }
}

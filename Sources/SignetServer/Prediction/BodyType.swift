import SignetModel

/// What the body of a request for a prediction is said to be.
enum BodyType: Sendable {
  case png, jpeg, json, npz

  /// - Parameter header: the header Content-Type, with or without parameters
  /// - Throws: ``RequestError`` for none, several or another.
  init(_ header: [String]) throws(RequestError) {
    guard header.count == 1 else {
      throw .mediaType("expected one header Content-Type: \(Self.known)")
    }
    let type = header[0].prefix { $0 != ";" }.filter { $0 != " " }.lowercased()
    switch type {
    case "image/png": self = .png
    case "image/jpeg": self = .jpeg
    case "application/json": self = .json
    case "application/x-npz", "application/zip": self = .npz
    default:
      throw .mediaType("expected \(Self.known), found '\(header[0].printable)'")
    }
  }

  private static let known = "image/png, image/jpeg, application/json or application/x-npz"

  var isImage: Bool { self == .png || self == .jpeg }
}

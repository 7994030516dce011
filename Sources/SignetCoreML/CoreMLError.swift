import SignetModel

/// Why a model is not written for Core ML.
public enum CoreMLError: Error, Hashable, Sendable {
  /// Everything in the network that Core ML cannot run, in the network's order.
  case unsupported(file: String, problems: [Problem])
  /// The package cannot be written.
  case unwritable(file: String, reason: String)
  /// Its place cannot be written.
  case file(ModelFileError)

  /// A node, an input or an output that cannot be written.
  public struct Problem: Hashable, Sendable {
    /// Its name.
    public let name: String
    /// What Core ML takes, and what was found.
    public let reason: String

    /// - Parameters:
    ///   - name: of a node, an input or an output
    ///   - reason: what Core ML takes, and what was found
    public init(name: String, reason: String) {
      self.name = name
      self.reason = reason
    }
  }
}

extension CoreMLError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unsupported(let file, let problems):
      return Self.rendered(file, problems)
    case .unwritable(let file, let reason):
      return "\(file.printable): cannot be written: \(reason)"
    case .file(let error):
      return "\(error)"
    }
  }

  /// More reasons than this help nobody.
  private static let shownReasons = 20
  /// The first nodes of a reason that are named.
  private static let shownNames = 3

  private static func rendered(_ file: String, _ problems: [Problem]) -> String {
    let groups = Dictionary(grouping: problems, by: \.reason)
    var reasons: [String] = []
    for problem in problems where !reasons.contains(problem.reason) {
      reasons.append(problem.reason)
    }
    let lines = reasons.prefix(shownReasons).map { reason in
      let names = groups[reason, default: []].map { "'\($0.name.printable)'" }
      let more = names.count > shownNames ? " and \(names.count - shownNames) more" : ""
      return "  \(reason): \(names.prefix(shownNames).joined(separator: ", "))\(more)"
    }
    let rest = reasons.count > shownReasons ? ["  and \(reasons.count - shownReasons) more"] : []
    return
      (["\(file.printable): Core ML cannot run all of this network (ONNX can: -o NAME.onnx):"]
      + lines + rest).joined(separator: "\n")
  }
}

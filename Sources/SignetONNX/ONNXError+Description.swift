import SignetModel

extension ONNXError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unreadable(let file, let reason):
      return "\(file.printable): cannot be read: \(reason)"
    case .malformed(let file, let reason):
      return "\(file.printable): not an ONNX model: \(reason)"
    case .fileVersion(let file, let expected, let found):
      return "\(file.printable): the file's ir_version: expected \(expected), found \(found); "
        + "export it with an older version"
    case .operatorSet(let file, let expected, let found):
      return
        "\(file.printable): operator set: expected \(expected), found \(found); export it with "
        + "opset_version=17"
    case .note(let file, let key, let reason):
      return "\(file.printable): its note '\(key)' cannot be read: \(reason)"
    case .unsupported(let file, let problems):
      return Self.rendered(file: file, problems)
    case .graph(let file, let error):
      return "\(file.printable): \(error)"
    case .model(let file, let error):
      return "\(file.printable): \(error)"
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

  private struct Reason: Hashable {
    let part: Problem.Part
    let `operator`: String
    let attribute: String?
    let expected: String
  }

  /// A line per reason, however many nodes it has.
  private static func rendered(file: String, _ problems: [Problem]) -> String {
    var reasons: [Reason] = []
    var places: [Reason: [Problem]] = [:]
    for problem in problems {
      let reason = Reason(
        part: problem.part, operator: problem.operator, attribute: problem.attribute,
        expected: problem.expected)
      if places[reason] == nil { reasons.append(reason) }
      places[reason, default: []].append(problem)
    }
    var lines = reasons.prefix(shownReasons).map { line(of: places[$0] ?? []) }
    if reasons.count > shownReasons {
      lines.append("and \(reasons.count - shownReasons) more reasons")
    }
    let isOne = lines.count == 1
    if problems.contains(where: { $0.part == .node }) {
      lines.append("signet import --operators lists what is taken")
    }
    guard !isOne else {
      return "\(file.printable): cannot be taken: \(lines.joined(separator: "; "))"
    }
    return "\(file.printable): cannot be taken:" + lines.map { "\n  \($0)" }.joined()
  }

  private static func line(of problems: [Problem]) -> String {
    guard let first = problems.first, first.part == .node else {
      return problems.first.map { "\($0)" } ?? ""
    }
    let names =
      problems.prefix(shownNames).map { "'\($0.node.printable)'" }
      + (problems.count > shownNames ? ["…"] : [])
    return "\(first.operator.printable)\(first.reason) "
      + "(\(problems.count) node\(problems.count == 1 ? "" : "s"): \(names.joined(separator: ", ")))"
  }
}

extension ONNXError.Problem: CustomStringConvertible {
  public var description: String {
    "\(`operator`.printable) '\(node.printable)'\(reason)"
  }

  fileprivate var reason: String {
    let place = attribute.map { ": \($0)" } ?? ""
    guard !found.isEmpty else { return "\(place) \(expected)" }
    return "\(place): expected \(expected), found \(found.printable)"
  }
}

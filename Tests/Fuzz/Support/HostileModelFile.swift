/// Model files whose header is sound JSON and whose network chains, nests or repeats without end.
struct HostileModelFile {
  var random: FuzzRandom

  /// - Parameter seed: a model file, whose header lends all but the network
  mutating func bytes(_ seed: [UInt8]) -> [UInt8] {
    guard var parts = SealedFile(seed) else { return seed }
    let text = String(decoding: parts.header, as: UTF8.self)
    let key = "\"signet.graph\":\""
    guard let start = text.range(of: key)?.upperBound,
      let end = text[start...].range(of: "}\",\"signet.")?.lowerBound
    else { return seed }
    let graph = network().replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    parts.header = Array("\(text[..<start])\(graph.dropLast())\(text[end...])".utf8)
    // Without tensors: the network has none that are trained.
    if random.chance(2) { parts.tensors = [] }
    return parts.sealed
  }

  private mutating func network() -> String {
    let count = random.below(random.chance(50) ? 20_000 : 300) + 1
    switch random.below(5) {
    case 0: return chain(count, "dropout", "{\"rate\":0.5}", isNested: false)
    case 1: return chain(count, "concatenate", "{}", isNested: true)
    case 2: return chain(count, "add", "{}", isNested: true)
    case 3:
      let kind = random.pick(["relu", "flatten", "globalAveragePool", "multiply", "softmax"])
      return chain(count, kind, "{\"axis\":0}", isNested: random.chance(2))
    default:
      let (open, close) = random.chance(2) ? ("[", "]") : ("{\"a\":", "}")
      let depth = random.chance(2) ? count : random.below(40)
      return String(repeating: open, count: depth) + "0" + String(repeating: close, count: depth)
    }
  }

  private mutating func chain(
    _ count: Int, _ kind: String, _ attributes: String, isNested: Bool
  ) -> String {
    // Extents that multiply with each node, or do not.
    let side = random.pick([1, 1, 6, 1 << 10, 1 << 15])
    let nodes = (0..<count).map { index in
      let last = index == 0 ? "input" : "n\(index - 1)"
      let other = random.chance(2) ? last : "input"
      let inputs = isNested ? "\"\(last)\",\"\(other)\"" : "\"\(last)\""
      return
        "{\"attributes\":\(attributes),\"inputs\":[\(inputs)],\"name\":\"n\(index)\","
        + "\"op\":\"\(kind)\"}"
    }
    return "{\"inputShape\":[3,\(side),\(side)],\"nodes\":[\(nodes.joined(separator: ","))],"
      + "\"output\":\"n\(count - 1)\"}"
  }
}

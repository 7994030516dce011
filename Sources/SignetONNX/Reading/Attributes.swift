/// One node's attributes, which remembers what was asked for: what nobody asked for was not
/// understood, and must not be dropped in silence.
final class Attributes {
  private let values: [String: ProtoAttribute]
  private var asked: Set<String> = []
  /// The attributes these were made from, which remember what these are asked.
  private let source: Attributes?

  init(_ attributes: [ProtoAttribute]) {
    values = Dictionary(attributes.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    source = nil
  }

  private init(_ source: Attributes, replacing attribute: ProtoAttribute) {
    values = source.values.merging([attribute.name: attribute]) { $1 }
    self.source = source
  }

  /// The same attributes but for one.
  func replacing(_ attribute: ProtoAttribute) -> Attributes {
    Attributes(self, replacing: attribute)
  }

  /// Names nobody asked for, sorted.
  var unread: [String] { values.keys.filter { !asked.contains($0) }.sorted() }

  /// Marks attributes that have no influence on the result.
  func ignore(_ names: String...) {
    for name in names { ask(name) }
  }

  func has(_ name: String) -> Bool { values[name] != nil }

  func integer(_ name: String) throws(NodeFailure) -> Int? {
    guard let attribute = attribute(name) else { return nil }
    guard attribute.hasI else { throw wrongType(name, "an integer") }
    return Int(attribute.i)
  }

  func flag(_ name: String, default fallback: Bool = false) throws(NodeFailure) -> Bool {
    guard let value = try integer(name) else { return fallback }
    guard value == 0 || value == 1 else {
      throw NodeFailure(name, expected: "0 or 1", found: value)
    }
    return value == 1
  }

  func float(_ name: String) throws(NodeFailure) -> Float? {
    guard let attribute = attribute(name) else { return nil }
    guard attribute.hasF else { throw wrongType(name, "a number") }
    return attribute.f
  }

  func string(_ name: String) throws(NodeFailure) -> String? {
    guard let attribute = attribute(name) else { return nil }
    guard attribute.hasS else { throw wrongType(name, "a string") }
    return String(decoding: attribute.s, as: UTF8.self)
  }

  func integers(_ name: String) throws(NodeFailure) -> [Int]? {
    guard let attribute = attribute(name) else { return nil }
    guard !attribute.hasI, !attribute.hasF, attribute.floats.isEmpty else {
      throw wrongType(name, "a list of integers")
    }
    return attribute.ints.map(Int.init)
  }

  func floats(_ name: String) throws(NodeFailure) -> [Float]? {
    guard let attribute = attribute(name) else { return nil }
    guard !attribute.hasI, !attribute.hasF, attribute.ints.isEmpty else {
      throw wrongType(name, "a list of numbers")
    }
    return attribute.floats
  }

  func strings(_ name: String) throws(NodeFailure) -> [String]? {
    guard let attribute = attribute(name) else { return nil }
    guard !attribute.hasI, !attribute.hasF, !attribute.hasS else {
      throw wrongType(name, "a list of strings")
    }
    return attribute.strings.map { String(decoding: $0, as: UTF8.self) }
  }

  func tensor(_ name: String) throws(NodeFailure) -> ProtoTensor? {
    guard let attribute = attribute(name) else { return nil }
    guard attribute.hasT else { throw wrongType(name, "a tensor") }
    return attribute.t
  }

  func graph(_ name: String) throws(NodeFailure) -> ProtoGraph? {
    guard let attribute = attribute(name) else { return nil }
    guard attribute.hasG else { throw wrongType(name, "a graph") }
    return attribute.g
  }

  private func attribute(_ name: String) -> ProtoAttribute? {
    ask(name)
    return values[name]
  }

  private func ask(_ name: String) {
    asked.insert(name)
    source?.ask(name)
  }

  private func wrongType(_ name: String, _ expected: String) -> NodeFailure {
    NodeFailure(name, expected: expected, found: "another type")
  }
}

import SignetModel

/// Names the layers that stay in float: `first`, `last`, `none`, exact names and globs with `*`
/// and `?`, separated by commas.
public struct KeepPattern: Sendable, Hashable, CustomStringConvertible {
  /// The first and the last layer, which hold few weights and cost the most accuracy.
  public static let firstAndLast = KeepPattern(terms: ["first", "last"])
  public static let none = KeepPattern(terms: [])

  private let terms: [String]

  private init(terms: [String]) {
    self.terms = terms
  }

  /// - Throws: ``TrainingError/option(name:expected:found:)`` if a term is empty or `none` stands
  ///   beside others.
  public init(parsing text: String) throws(TrainingError) {
    let terms = text.split(separator: ",", omittingEmptySubsequences: false).map {
      $0.trimmingASCIISpaces()
    }
    if terms == ["none"] {
      self.init(terms: [])
      return
    }
    guard terms.allSatisfy({ !$0.isEmpty && $0 != "none" }) else {
      throw .option(
        name: "keep", expected: "'none' alone, or names separated by commas", found: "'\(text)'")
    }
    self.init(terms: terms)
  }

  public var description: String {
    terms.isEmpty ? "none" : terms.joined(separator: ",")
  }

  /// The names of the graph's layers that stay in float.
  ///
  /// - Throws: ``TrainingError/unknownLayer(pattern:suggestion:layers:)`` for a term that names no
  ///   layer.
  public func layers(of graph: Graph) throws(TrainingError) -> Set<String> {
    let names = graph.layers.map(\.name)
    var kept: Set<String> = []
    for term in terms {
      let matches =
        switch term {
        case _ where names.contains(term): [term]
        case "first": Array(names.prefix(1))
        case "last": Array(names.suffix(1))
        default: names.filter { Glob(term).matches($0) }
        }
      guard !matches.isEmpty else {
        throw .unknownLayer(
          pattern: term, suggestion: closestName(to: term, among: names + ["first", "last"]),
          layers: names)
      }
      kept.formUnion(matches)
    }
    return kept
  }
}

/// `*` stands for any run of characters, `?` for one.
struct Glob {
  private let pattern: [Character]

  init(_ pattern: String) {
    self.pattern = Array(pattern)
  }

  func matches(_ name: String) -> Bool {
    let name = Array(name)
    var (p, n) = (0, 0)
    // Where to go on when the characters after the last star do not fit: one character further.
    var retry: (pattern: Int, name: Int)?
    while n < name.count {
      if p < pattern.count, pattern[p] == "*" {
        retry = (p + 1, n)
        p += 1
      } else if p < pattern.count, pattern[p] == "?" || pattern[p] == name[n] {
        p += 1
        n += 1
      } else if let last = retry {
        retry = (last.pattern, last.name + 1)
        (p, n) = (last.pattern, last.name + 1)
      } else {
        return false
      }
    }
    return pattern[p...].allSatisfy { $0 == "*" }
  }
}

extension Substring {
  fileprivate func trimmingASCIISpaces() -> String {
    String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}

import Foundation
import SignetModel

/// Names the layers that stay in float: `first`, `last`, `none`, exact names and
/// `fnmatch`'s patterns (`*`, `?`, `[…]`), separated by commas.
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
        default: names.filter { fnmatch(term, $0, 0) == 0 }
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

extension Substring {
  fileprivate func trimmingASCIISpaces() -> String {
    String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}

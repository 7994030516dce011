import Foundation
import SignetModel

/// Names the layers that stay in float: keywords, exact names and `fnmatch`'s patterns (`*`, `?`,
/// `[…]`), separated by commas; or `none`.
public struct KeepPattern: Sendable, Hashable, CustomStringConvertible {
  /// Names for layers that nobody has to look up.
  public enum Keyword: String, Sendable, CaseIterable {
    /// Those behind each input, with no layer before them.
    case first
    /// Those before each output, with no layer behind them.
    case last
    /// Convolutions whose filters see one channel each.
    case depthwise
    /// Those that give the distributions of boxes' sides, and those that take their means.
    case distribution
  }

  /// What holds few weights and costs the most accuracy: all of the keywords.
  public static let usual = KeepPattern(terms: Keyword.allCases.map(\.rawValue))
  /// Keeps no layer.
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
    Set(try keptLayers(of: graph).map(\.name))
  }

  /// The graph's layers that stay in float, in forward order, with the first reason for each.
  ///
  /// - Throws: ``TrainingError/unknownLayer(pattern:suggestion:layers:)`` for a term that names no
  ///   layer.
  public func keptLayers(of graph: Graph) throws(TrainingError) -> [KeptLayer] {
    let names = graph.layers.map(\.name)
    let ends = LayerEnds(graph)
    var reasons: [String: KeptLayer.Reason] = [:]
    for term in terms {
      var matches: [KeptLayer] = []
      if names.contains(term) {
        matches = [KeptLayer(name: term, reason: .named(term))]
      } else if let keyword = Keyword(rawValue: term) {
        matches = ends.layers(keyword)
      } else {
        matches = names.filter { fnmatch(term, $0, 0) == 0 }.map {
          KeptLayer(name: $0, reason: .named(term))
        }
        guard !matches.isEmpty else {
          throw .unknownLayer(
            pattern: term,
            suggestion: closestName(
              to: term, among: names + Keyword.allCases.map(\.rawValue)),
            layers: names)
        }
      }
      for match in matches where reasons[match.name] == nil { reasons[match.name] = match.reason }
    }
    return names.compactMap { name in reasons[name].map { KeptLayer(name: name, reason: $0) } }
  }

  /// The pattern without keywords that are there for other networks than this one.
  func applied(to graph: Graph) -> KeepPattern {
    let ends = LayerEnds(graph)
    return KeepPattern(
      terms: terms.filter { term in
        guard let keyword = Keyword(rawValue: term), keyword != .first, keyword != .last else {
          return true
        }
        return graph.node(named: term) != nil || !ends.layers(keyword).isEmpty
      })
  }
}

extension Substring {
  fileprivate func trimmingASCIISpaces() -> String {
    String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}

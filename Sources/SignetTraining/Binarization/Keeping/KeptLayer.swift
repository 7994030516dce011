/// A layer that is left in float, and why.
public struct KeptLayer: Sendable, Hashable {
  /// Why a layer is left in float.
  public enum Reason: Sendable, Hashable {
    /// No layer stands between it and this input.
    case first(input: String)
    /// No layer stands between it and this output.
    case last(output: String)
    /// Each of its filters sees one channel: few weights, of which every one counts.
    case depthwise
    /// It gives the distributions of boxes' sides, or takes their means.
    case distribution
    /// A pattern names it.
    case named(String)
  }

  /// The layer's name in the graph.
  public var name: String
  /// Why it stays in float.
  public var reason: Reason

  /// A layer of that name.
  public init(name: String, reason: Reason) {
    self.name = name
    self.reason = reason
  }
}

extension KeptLayer.Reason: CustomStringConvertible {
  public var description: String {
    switch self {
    case .first(let input): "first layer behind '\(input)'"
    case .last(let output): "last layer before '\(output)'"
    case .depthwise: "depthwise"
    case .distribution: "box distribution"
    case .named(let pattern): "named by '\(pattern)'"
    }
  }
}

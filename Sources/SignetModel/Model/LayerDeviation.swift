/// How far what a layer puts out is from what it puts out in the float network, with all layers before
/// it as they are.
package struct LayerDeviation: Sendable, Hashable {
  /// The layer's name in the graph.
  package var name: String
  /// ‖y−ŷ‖²/‖y‖² over all samples; not finite where an output is not, or where y is all zeros and ŷ is
  /// not.
  package var relativeError: Double

  package init(name: String, relativeError: Double) {
    self.name = name
    self.relativeError = relativeError
  }
}

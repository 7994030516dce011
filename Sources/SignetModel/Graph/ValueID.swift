/// One value of a graph: an input of the network, or what a node makes.
///
/// Only the graph hands these out and knows what stands behind one, so that neither the number of
/// inputs nor that of a node's results shows anywhere else.
package struct ValueID: Hashable, Comparable, Sendable {
  /// Inputs first, then what the nodes make, in graph order.
  let index: Int

  package static func < (left: ValueID, right: ValueID) -> Bool { left.index < right.index }
}

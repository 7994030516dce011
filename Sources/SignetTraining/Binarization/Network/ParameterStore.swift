import Foundation
import SignetModel
import Torch

/// The nodes' parameters in both networks, made when they are first asked for, by any thread.
final class ParameterStore: @unchecked Sendable {
  private let graph: Graph
  private let weights: [String: Weight]
  private let lock = NSLock()
  /// By node.
  private var floats: [Int: NodeParameters] = [:]
  /// Those that are not the float network's.
  private var changed: [Int: NodeParameters] = [:]
  private var changedNodes: Set<Int> = []

  init(_ model: Model) {
    graph = model.graph
    weights = model.weights
  }

  func float(_ node: Int) throws(TorchError) -> NodeParameters {
    lock.lock()
    defer { lock.unlock() }
    return try known(node)
  }

  func binary(_ node: Int) throws(TorchError) -> NodeParameters {
    lock.lock()
    defer { lock.unlock() }
    if let changed = changed[node] { return changed }
    return try known(node)
  }

  /// Whether a node's parameters differ between the networks.
  func differs(_ node: Int) -> Bool {
    lock.withLock { changedNodes.contains(node) }
  }

  func replace(_ node: Int, with parameters: NodeParameters) {
    lock.withLock {
      changed[node] = parameters
      _ = changedNodes.insert(node)
    }
  }

  /// Frees what was made for these nodes; all of it can be made again but what was replaced.
  func drop(_ nodes: some Sequence<Int>, withChanged: Bool) {
    lock.withLock {
      for node in nodes {
        floats[node] = nil
        if withChanged { changed[node] = nil }
      }
    }
  }

  private func known(_ node: Int) throws(TorchError) -> NodeParameters {
    if let known = floats[node] { return known }
    let made = try NodeParameters(node: graph.nodes[node], weights: weights, channelsLast: true)
    floats[node] = made
    return made
  }
}

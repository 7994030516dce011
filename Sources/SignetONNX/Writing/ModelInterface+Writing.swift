import SignetModel

extension ModelInterface {
  /// Whether the file's values have the axes of the network's, so that those may be open.
  func keepsAxes(of graph: Graph) -> Bool {
    zip(inputs, graph.inputs).allSatisfy { known, input in
      known.isChannelsLast || known.port.extents == input.shape.extents
    }
      && zip(outputs, graph.outputs).allSatisfy { port, output in
        port.batchAxis == 0 && port.extents == graph.shape(of: output).extents
      }
  }
}

extension ModelInterface.Input {
  /// The port's axes for those of the network's C×H×W.
  func openAxes(_ axes: [Int]) -> [Int] {
    isChannelsLast ? axes.map { ($0 + 2) % 3 } : axes
  }
}

extension ModelInterface.Port {
  /// What becomes of a value before it is the port's.
  enum Step {
    /// The extents behind the batch.
    case reshape
    /// A batch of one that has no axis.
    case dropBatch
    /// The batch to another axis than the first.
    case moveBatch
    case cast
    /// Nothing but the name.
    case name
  }

  func steps(from shape: Shape) -> [Step] {
    var steps: [Step] = []
    if batchAxis == nil {
      steps.append(.dropBatch)
    } else if extents != shape.extents {
      steps.append(.reshape)
    }
    if batchAxis ?? 0 > 0 { steps.append(.moveBatch) }
    if elementType != .float32 { steps.append(.cast) }
    return steps.isEmpty ? [.name] : steps
  }

  /// Whether a value of `shape` is the port's as it is.
  func isPlain(_ shape: Shape) -> Bool { steps(from: shape) == [.name] }
}

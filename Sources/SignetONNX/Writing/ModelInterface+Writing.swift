import SignetModel

extension ModelInterface {
  /// Whether the file's values have the axes of the network's, so that those may be open.
  func keepsAxes(of graph: Graph) -> Bool {
    zip(inputs, graph.inputs).allSatisfy { known, input in
      known.isChannelsLast || known.port.keepsAxes(of: input.shape)
    }
      && zip(outputs, graph.outputs).allSatisfy { port, output in
        port.batchAxis == 0 && port.keepsAxes(of: graph.shape(of: output))
      }
  }
}

extension ModelInterface.Input {
  /// The port's axes for those of the network's C×H×W.
  func openAxes(_ axes: [Int], of shape: Shape) -> [Int] {
    isChannelsLast ? axes.map { ($0 + 2) % 3 } : port.openAxes(axes, of: shape)
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

  /// Whether the port has the axes of the network's value, but for the height of lines.
  func keepsAxes(of shape: Shape) -> Bool {
    extents == shape.extents || areLines(of: shape)
  }

  /// The port's axes for those of the network's value.
  func openAxes(_ axes: [Int], of shape: Shape) -> [Int] {
    areLines(of: shape) ? axes.map { $0 / 2 } : axes
  }

  /// Whether C×1×W is C×W here.
  private func areLines(of shape: Shape) -> Bool {
    extents.count == 2 && shape.extents == [extents[0], 1, extents[1]]
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

import SignetModel

/// Weights and attributes of a recurrent layer.
struct Recurrence {
  enum Cell {
    case lstm, gru, plain

    var gateCount: Int {
      switch self {
      case .lstm: 4
      case .gru: 3
      case .plain: 1
      }
    }

    /// What the file may name its functions.
    var activations: [String] {
      switch self {
      case .lstm: ["Sigmoid", "Tanh", "Tanh"]
      case .gru: ["Sigmoid", "Tanh"]
      case .plain: ["Tanh"]
      }
    }
  }

  let cell: Cell
  let isBatchFirst: Bool
  /// Steps of the sequence.
  let length: Int
  /// H: numbers of the hidden state.
  let hidden: Int
  let directions: Int
  /// GRU: the reset gate acts behind the recurrent weights.
  let resetsAfter: Bool
  /// Directions × gates · H × inputs.
  private let weight: ConstantTensor
  /// Directions × gates · H × H.
  private let recurrence: ConstantTensor
  /// Directions × 2 · gates · H.
  private let biases: ConstantTensor?
  /// Directions × 3 · H.
  private let peepholes: ConstantTensor?
  private let startsReverse: Bool

  init(_ context: NodeContext, cell: Cell) throws(NodeFailure) {
    self.cell = cell
    let attributes = context.attributes
    isBatchFirst = try attributes.flag("layout")
    let view = try context.activation()
    guard view.dims.count == 2, view.batchAxis == (isBatchFirst ? 0 : 1) else {
      throw NodeFailure(
        "X",
        expected: isBatchFirst ? "batch × steps × inputs" : "steps × batch × inputs",
        found: "\(Shape(view.dims)) with the batch as \(view.batch.described)")
    }
    length = view.dims[0]
    let direction = try attributes.string("direction") ?? "forward"
    guard ["forward", "reverse", "bidirectional"].contains(direction) else {
      throw NodeFailure(
        "direction", expected: "forward, reverse or bidirectional", found: direction)
    }
    startsReverse = direction == "reverse"
    directions = direction == "bidirectional" ? 2 : 1
    let inputs = view.dims[1]
    weight = try context.required(1, "W")
    recurrence = try context.required(2, "R")
    guard recurrence.dims.count == 3, recurrence.dims[2] >= 1 else {
      throw NodeFailure("R", expected: "three extents", found: recurrence.dims)
    }
    hidden = try attributes.integer("hidden_size") ?? recurrence.dims[2]
    guard hidden == recurrence.dims[2] else {
      throw NodeFailure("hidden_size", expected: "\(recurrence.dims[2])", found: hidden)
    }
    biases = try context.floats(3, "B")
    peepholes = cell == .lstm ? try context.floats(7, "P") : nil
    let gates = cell.gateCount * hidden
    for (name, tensor, dims) in [
      ("W", weight, [directions, gates, inputs]), ("R", recurrence, [directions, gates, hidden]),
      ("B", biases, [directions, 2 * gates]), ("P", peepholes, [directions, 3 * hidden]),
    ] {
      guard let tensor else { continue }
      guard tensor.dims == dims, tensor.integers == nil else {
        throw NodeFailure(name, expected: "float numbers of \(Shape(dims))", found: tensor.dims)
      }
    }
    resetsAfter = cell == .gru ? try attributes.flag("linear_before_reset") : false
    try Self.requirePlain(context, cell, directions, length)
  }

  private static func requirePlain(
    _ context: NodeContext, _ cell: Cell, _ directions: Int, _ length: Int
  ) throws(NodeFailure) {
    let attributes = context.attributes
    guard !attributes.has("clip") else {
      throw NodeFailure("clip", expected: "none", found: "a bound")
    }
    if cell == .lstm, try attributes.flag("input_forget") {
      throw NodeFailure("input_forget", expected: "0", found: 1)
    }
    for name in ["activations", "activation_alpha", "activation_beta"] where attributes.has(name) {
      let usual = cell.activations
      let wanted = (0..<directions).flatMap { _ in usual }
      guard name == "activations", try attributes.strings(name) == wanted else {
        throw NodeFailure(
          name, expected: "the usual ones: \(usual.joined(separator: ", "))", found: "others")
      }
    }
    if let lengths = try context.constantSamples(4, "sequence_lens") {
      guard lengths.allSatisfy({ $0 == length }) else {
        throw NodeFailure("sequence_lens", expected: "\(length) for each", found: "others")
      }
    }
  }

  var gates: Int { cell.gateCount * hidden }

  func isReverse(_ direction: Int) -> Bool { direction == 1 || startsReverse }

  /// Inputs × gates.
  func inputWeight(_ direction: Int) -> ConstantTensor { part(weight, direction).transposed() }

  /// H × gates.
  func recurrentWeight(_ direction: Int) -> ConstantTensor {
    part(recurrence, direction).transposed()
  }

  private func part(_ tensor: ConstantTensor, _ direction: Int) -> ConstantTensor {
    let count = tensor.dims[1] * tensor.dims[2]
    let values = Array(tensor.floats[direction * count..<(direction + 1) * count])
    return ConstantTensor(dims: Array(tensor.dims.dropFirst()), floats: values)
  }

  /// What is added to the gates before the step: both biases, but for a GRU's hidden gate, whose
  /// second one the reset gate may act on.
  func bias(_ direction: Int) -> ConstantTensor? {
    guard let biases else { return nil }
    let values = biases.floats
    let first = direction * 2 * gates
    let sums = (0..<gates).map { gate in
      let isHeldBack = resetsAfter && gate >= 2 * hidden
      return values[first + gate] + (isHeldBack ? 0 : values[first + gates + gate])
    }
    return ConstantTensor(dims: [1, 1, gates], floats: sums)
  }

  /// A GRU's second bias of the hidden gate.
  func hiddenBias(_ direction: Int) -> ConstantTensor? {
    guard let biases else { return nil }
    let first = direction * 2 * gates + gates + 2 * hidden
    return ConstantTensor(
      dims: [1, 1, hidden], floats: Array(biases.floats[first..<first + hidden]))
  }

  /// An LSTM's weights from the cell to a gate, in the order input, output, forget.
  func peephole(_ direction: Int, _ gate: Int) -> ConstantTensor? {
    guard let peepholes else { return nil }
    let first = (direction * 3 + gate) * hidden
    let values = Array(peepholes.floats[first..<first + hidden])
    return ConstantTensor(dims: [1, 1, hidden], floats: values)
  }
}

extension NodeContext {
  /// All integers of a constant, at every batch size; `nil` if it is left out.
  fileprivate func constantSamples(_ index: Int, _ name: String) throws(NodeFailure) -> [Int]? {
    guard let input = input(index) else { return nil }
    guard let constant = input.constant else {
      throw NodeFailure(name, expected: "a constant", found: "a computed value")
    }
    return constant.samples.flatMap { ($0.integers ?? []).map(Int.init) }
  }
}

extension FoldedConstant {
  /// The constant for one sample, whose batch is axis 0 or 1.
  func perSample(_ name: String, batchAxis: Int) throws(NodeFailure) -> ConstantTensor {
    guard batchAxis == 1 else { return try perImage(name) }
    var rows: [ConstantTensor] = []
    for sample in samples {
      guard sample.dims.count == 3, sample.integers == nil else {
        throw NodeFailure(name, expected: "directions × batch × hidden", found: sample.dims)
      }
      let (outer, batch, inner) = (sample.dims[0], sample.dims[1], sample.dims[2])
      func row(_ place: Int) -> [Float] {
        (0..<outer).flatMap { one in
          let first = (one * batch + place) * inner
          return sample.floats[first..<first + inner]
        }
      }
      for place in 0..<batch {
        rows.append(ConstantTensor(dims: [outer, inner], floats: row(place)))
      }
    }
    guard let first = rows.first, rows.allSatisfy({ $0 == first }) else {
      throw NodeFailure(
        name, expected: "a constant that is the same for each image",
        found: "one that follows the batch")
    }
    return first
  }
}

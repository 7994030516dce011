import SignetModel

/// Recurrent layers, unfolded: a step of the sequence after the other, in operations of their own.
extension GraphImporter {
  static let recurrenceMappings: [String: Mapping] = [
    "LSTM": { importer, context throws(NodeFailure) in
      try importer.recurrent(context, try Recurrence(context, cell: .lstm))
    },
    "GRU": { importer, context throws(NodeFailure) in
      try importer.recurrent(context, try Recurrence(context, cell: .gru))
    },
    "RNN": { importer, context throws(NodeFailure) in
      try importer.recurrent(context, try Recurrence(context, cell: .plain))
    },
  ]

  /// Hidden and cell state of one direction; `nil` for zeros.
  struct RecurrentState {
    var hidden: View?
    var cell: View?
  }

  mutating func recurrent(
    _ context: NodeContext, _ layer: Recurrence
  ) throws(NodeFailure) -> [ImportedValue] {
    let view = try context.activation()
    var batchFirst = view
    batchFirst.batch = .first
    var rows: [String] = []
    var finals: [RecurrentState] = []
    for direction in 0..<layer.directions {
      let name = "\(context.name()).\(direction)"
      let recurrent = try constant(
        layer.recurrentWeight(direction), dims: [layer.hidden, layer.gates], beside: view,
        "\(name).recurrent")
      let projected = try projection(context, layer, batchFirst, direction)
      var state = RecurrentState()
      state.hidden = try self.state(context, 5, "initial_h", layer, direction, beside: view)
      if layer.cell == .lstm {
        state.cell = try self.state(context, 6, "initial_c", layer, direction, beside: view)
      }
      var steps = [String](repeating: "", count: layer.length)
      for step in layer.isReverse(direction)
        ? Array((0..<layer.length).reversed())
        : Array(0..<layer.length)
      {
        let ranges = [
          StridedSlice.Axis(start: step, end: step + 1), StridedSlice.Axis(end: layer.gates),
        ]
        let input = try sliced("\(name).input", projected, ranges)
        switch layer.cell {
        case .lstm: state = try lstmStep(context, layer, direction, input, recurrent, state)
        case .gru: state = try gruStep(context, layer, direction, input, recurrent, state)
        case .plain: state = try plainStep("\(name).step", context, input, recurrent, state)
        }
        guard let hidden = state.hidden else { continue }
        steps[step] = try resolve(hidden, as: .map(1, 1, layer.hidden))
      }
      rows += steps
      finals.append(state)
    }
    let grid = [layer.directions, layer.length, layer.hidden]
    let joined =
      rows.count == 1
      ? View(node: rows[0], base: .map(1, 1, layer.hidden))
      : try emit("\(context.name()).steps", .concatenate, rows)
    var sequence = try permuted(joined.reshaped(grid), [1, 0, 2])
    sequence.batch = .axis(layer.isBatchFirst ? 0 : 2)
    var results: [ImportedValue] = [.activation(sequence)]
    results.append(.activation(try lasting(context, layer, finals.compactMap(\.hidden), "hidden")))
    if layer.cell == .lstm {
      results.append(.activation(try lasting(context, layer, finals.compactMap(\.cell), "cell")))
    }
    return results
  }

  /// The last states of all directions, as the file orders them.
  private mutating func lasting(
    _ context: NodeContext, _ layer: Recurrence, _ states: [View], _ suffix: String
  ) throws(NodeFailure) -> View {
    var names: [String] = []
    for state in states { names.append(try resolve(state, as: .map(1, 1, layer.hidden))) }
    let whole =
      names.count == 1
      ? View(node: names[0], base: .map(1, 1, layer.hidden))
      : try emit("\(context.name()).\(suffix)", .concatenate, names)
    var result = whole.reshaped([states.count, layer.hidden])
    result.batch = .axis(layer.isBatchFirst ? 0 : 1)
    return result
  }

  /// What the inputs of all steps add to the gates, the biases included: steps × gates.
  private mutating func projection(
    _ context: NodeContext, _ layer: Recurrence, _ view: View, _ direction: Int
  ) throws(NodeFailure) -> View {
    let weight = FoldedConstant(layer.inputWeight(direction))
    let product = try matrixProduct(
      context.with(inputs: [.activation(view), .constant(weight)]))
    guard let result = product.first?.view else {
      throw NodeFailure("X", expected: "a value computed from the image", found: "none")
    }
    guard let bias = layer.bias(direction) else { return result }
    return try adding(FoldedConstant(bias), to: result, context, isOnly: false)
  }

  /// An initial state: 1 × hidden, or `nil` where it is zeros.
  private mutating func state(
    _ context: NodeContext, _ index: Int, _ name: String, _ layer: Recurrence, _ direction: Int,
    beside view: View
  ) throws(NodeFailure) -> View? {
    let axis = layer.isBatchFirst ? 0 : 1
    switch context.input(index) {
    case nil: return nil
    case .constant(let constant)?:
      try budget.claimWork(constant.byteCount, name)
      let tensor = try constant.perSample(name, batchAxis: axis)
      guard tensor.count == layer.directions * layer.hidden else {
        throw NodeFailure(
          name, expected: "\(layer.directions)×N×\(layer.hidden)", found: tensor.dims)
      }
      let first = direction * layer.hidden
      let values = Array(tensor.floats[first..<first + layer.hidden])
      guard values.contains(where: { $0 != 0 }) else { return nil }
      return try self.constant(
        ConstantTensor(dims: [1, layer.hidden], floats: values), dims: [1, layer.hidden],
        beside: view, "\(context.name()).\(name)")
    case .activation(var state)?:
      guard state.batchAxis == axis, state.dims == [layer.directions, layer.hidden] else {
        throw NodeFailure(
          name, expected: "\(layer.directions)×N×\(layer.hidden)", found: state.dims)
      }
      state.batch = .first
      let ranges = [
        StridedSlice.Axis(start: direction, end: direction + 1),
        StridedSlice.Axis(end: layer.hidden),
      ]
      return try sliced("\(context.name()).\(name)", state, ranges)
    default:
      throw NodeFailure(name, expected: "a tensor", found: "another value")
    }
  }

  /// The columns of a gate, of as many numbers as the hidden state has.
  private mutating func gate(
    _ index: Int, count: Int = 1, of gates: View, _ layer: Recurrence, _ name: String
  ) throws(NodeFailure) -> View {
    let start = index * layer.hidden
    let ranges = [
      StridedSlice.Axis(end: 1),
      StridedSlice.Axis(start: start, end: start + count * layer.hidden),
    ]
    return try sliced(name, gates, ranges)
  }

  private mutating func sigmoid(_ view: View, _ name: String) throws(NodeFailure) -> View {
    view.of(try emit(name, .activation(.sigmoid), [view.node]).node)
  }

  private mutating func tanh(_ view: View, _ name: String) throws(NodeFailure) -> View {
    view.of(try emit(name, .activation(.elementary(.tanh)), [view.node]).node)
  }

  private mutating func plainStep(
    _ name: String, _ context: NodeContext, _ input: View, _ recurrent: View,
    _ state: RecurrentState
  ) throws(NodeFailure) -> RecurrentState {
    var sum = input
    if let hidden = state.hidden {
      let fed = try matrixProduct("\(name).fed", hidden, recurrent)
      sum = try combine(context, .add, [input, fed])
    }
    return RecurrentState(hidden: try tanh(sum, name))
  }

  /// Gates in the file's order: input, output, forget, cell.
  private mutating func lstmStep(
    _ context: NodeContext, _ layer: Recurrence, _ direction: Int, _ input: View,
    _ recurrent: View, _ state: RecurrentState
  ) throws(NodeFailure) -> RecurrentState {
    let name = "\(context.name()).\(direction)"
    var gates = input
    if let hidden = state.hidden {
      let fed = try matrixProduct("\(name).fed", hidden, recurrent)
      gates = try combine(context, .add, [gates, fed])
    }
    var parts: [View] = []
    for index in 0..<4 { parts.append(try gate(index, of: gates, layer, "\(name).gate")) }
    if let cell = state.cell {
      for (index, part) in [(0, 0), (2, 2)] {
        parts[index] = try peeking(context, layer, direction, part, at: cell, into: parts[index])
      }
    }
    let candidate = try tanh(parts[3], "\(name).candidate")
    let taken = try combine(
      context, .multiply, [try sigmoid(parts[0], "\(name).taken"), candidate])
    var cell = taken
    if let before = state.cell {
      let kept = try combine(
        context, .multiply, [try sigmoid(parts[2], "\(name).kept"), before])
      cell = try combine(context, .add, [kept, taken])
    }
    let output = try peeking(context, layer, direction, 1, at: cell, into: parts[1])
    let hidden = try combine(
      context, .multiply,
      [try sigmoid(output, "\(name).output"), try tanh(cell, "\(name).squashed")])
    return RecurrentState(hidden: hidden, cell: cell)
  }

  /// A gate that also sees the cell, weighed element by element.
  ///
  /// - Parameter part: the gate, in the order input, output, forget
  private mutating func peeking(
    _ context: NodeContext, _ layer: Recurrence, _ direction: Int, _ part: Int, at cell: View,
    into gate: View
  ) throws(NodeFailure) -> View {
    guard let peephole = layer.peephole(direction, part) else { return gate }
    let seen = try scaling(cell, by: FoldedConstant(peephole), context)
    return try combine(context, .add, [gate, seen])
  }

  /// Gates in the file's order: update, reset, hidden.
  private mutating func gruStep(
    _ context: NodeContext, _ layer: Recurrence, _ direction: Int, _ input: View,
    _ recurrent: View, _ state: RecurrentState
  ) throws(NodeFailure) -> RecurrentState {
    let name = "\(context.name()).\(direction)"
    let hidden = layer.hidden
    let before: View
    if let known = state.hidden {
      before = known
    } else {
      before = try constant(
        ConstantTensor(dims: [1, hidden], floats: [Float](repeating: 0, count: hidden)),
        dims: [1, hidden], beside: input, "\(name).zeros")
    }
    let fed = try matrixProduct("\(name).fed", before, recurrent)
    var parts: [View] = []
    for index in 0..<2 {
      let own = try gate(index, of: input, layer, "\(name).gate")
      let other = try gate(index, of: fed, layer, "\(name).gate")
      parts.append(
        try sigmoid(try combine(context, .add, [own, other]), "\(name).open"))
    }
    var carried: View
    if layer.resetsAfter {
      carried = try gate(2, of: fed, layer, "\(name).gate")
      if let bias = layer.hiddenBias(direction) {
        carried = try adding(FoldedConstant(bias), to: carried, context, isOnly: false)
      }
      carried = try combine(context, .multiply, [parts[1], carried])
    } else {
      let reset = try combine(context, .multiply, [parts[1], before])
      let all = try matrixProduct("\(name).reset", reset, recurrent)
      carried = try gate(2, of: all, layer, "\(name).gate")
    }
    let own = try gate(2, of: input, layer, "\(name).gate")
    let candidate = try tanh(try combine(context, .add, [own, carried]), "\(name).candidate")
    // (1 − z) · candidate + z · before, as candidate + z · (before − candidate).
    let difference = try combine(context, .binary(.subtract), [before, candidate])
    let moved = try combine(context, .multiply, [parts[0], difference])
    return RecurrentState(hidden: try combine(context, .add, [candidate, moved]))
  }
}

import SignetModel

/// Elements that are reduced with others scattered onto them.
extension GraphImporter {
  /// How many may be scattered onto one element.
  private static let maximumTurns = 256

  /// In turns: in each, every element is reduced with at most one other, and with what changes
  /// nothing where none is left.
  ///
  /// - Parameters:
  ///   - places: for each update the element it is scattered onto
  ///   - neutral: what changes nothing; `nil` for an element itself
  mutating func scatterReduced(
    _ name: String, _ data: View, _ updates: View, at places: [Int], _ operation: NodeOperation,
    neutral: Float?
  ) throws(NodeFailure) -> View {
    let count = data.count
    var turnsOf = [Int](repeating: 0, count: count)
    var turns: [[(place: Int, update: Int)]] = []
    for (update, place) in places.enumerated() {
      let turn = turnsOf[place]
      guard turn < Self.maximumTurns else {
        throw NodeFailure(
          "indices", expected: "at most \(Self.maximumTurns) updates of one element", found: "more")
      }
      turnsOf[place] += 1
      if turn == turns.count { turns.append([]) }
      turns[turn].append((place, update))
    }
    var result = View(
      node: try resolve(data.reshaped([count])), base: .vector(count))
    let added = try resolve(updates.reshaped([updates.count]))
    let constant = try neutral.map { (neutral) throws(NodeFailure) in
      try number(neutral, like: [1], beside: data, "\(name).neutral").node
    }
    for turn in turns {
      _ = try budget.claim([count], "indices")
      let joined = try emit("\(name).joined", .concatenate, [added, constant ?? result.node])
      var picked =
        constant == nil
        ? Array(updates.count..<updates.count + count)
        : [Int](repeating: updates.count, count: count)
      for (place, update) in turn { picked[place] = update }
      let own = try selection("\(name).picked", joined, axis: 0, places: picked)
      result = try emit(name, operation, [result.node, own.node])
    }
    return result
  }
}

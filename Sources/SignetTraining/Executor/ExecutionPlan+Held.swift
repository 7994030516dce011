import SignetModel

extension ExecutionPlan {
  /// Elements of all values that are held before each step, of one image.
  var heldElements: [Int] {
    var held = sources.reduce(0) { $0 + graph.shape(of: $1).elementCount }
    return steps.map { step in
      let before = held
      held += step.outputShape.elementCount
      for value in step.freed { held -= graph.shape(of: value).elementCount }
      return before
    }
  }
}

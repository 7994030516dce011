import SignetModel

/// What a network with one input and one output takes and gives, by position instead of by name.
extension Engine: Classifier {
  /// Shape of the first input, `C×H×W` of an image.
  public var inputShape: Shape { inputs[0].shape }

  /// Elements of the first output.
  public var classCount: Int { outputs[0].shape.elementCount }

  /// The first output of some samples of the only input.
  ///
  /// An input that is not a number makes that image's scores meaningless, and nothing else.
  ///
  /// - Parameters:
  ///   - images: count × C × H × W, preprocessed, row-major
  ///   - count: images, 0 or more
  /// - Returns: count × classes
  /// - Throws: ``EngineError/inputCount(input:samples:expected:found:)``, or
  ///   ``EngineError/missingInput(name:)`` for a network with several inputs.
  public func run(_ images: [Float], count: Int = 1) throws(EngineError) -> [Float] {
    var nothing: [UInt64] = []
    return try firstOutput(images, count: count, nanoseconds: &nothing)
  }

  /// ``run(_:count:)``, measured.
  ///
  /// - Returns: the scores, count × classes, and the seconds each step of ``plan`` took.
  public func measuredRun(
    _ images: [Float], count: Int = 1
  ) throws(EngineError) -> (scores: [Float], seconds: [Double]) {
    var nanoseconds = [UInt64](repeating: 0, count: plan.steps.count)
    let scores = try firstOutput(images, count: count, nanoseconds: &nanoseconds)
    return (scores, nanoseconds.map { Double($0) * 1e-9 })
  }

  /// As ``run(_:count:)``: count × C × H × W, preprocessed → count × ``classCount``.
  public func logits(images: [Float], count: Int) throws -> [Float] {
    try run(images, count: count)
  }

  /// By input, count × its shape → count × ``classCount``.
  public func logits(inputs: [[Float]], count: Int) throws -> [Float] {
    guard inputs.count == self.inputs.count else {
      throw EngineError.missingInput(
        name: self.inputs[min(inputs.count, self.inputs.count - 1)].name)
    }
    var nothing: [UInt64] = []
    return try run(
      inputs, of: self.inputs.map(\.shape), count: count, nanoseconds: &nothing
    ).values[0]
  }

  private func firstOutput(
    _ images: [Float], count: Int, nanoseconds: inout [UInt64]
  ) throws(EngineError) -> [Float] {
    guard inputs.count == 1 else { throw .missingInput(name: inputs[1].name) }
    let results = try run(
      [images], of: inputs.map(\.shape), count: count, nanoseconds: &nanoseconds)
    return results.values[0]
  }
}

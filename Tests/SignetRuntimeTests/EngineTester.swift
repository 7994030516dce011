import SignetModel
import SignetRuntime
import Testing

/// Runs a model on an engine and holds every score to the interpreter's bound.
struct EngineTester {
  var model: Model
  var images = 1
  var options = Engine.Options()
  var seed: UInt64 = 9

  func input() -> [Float] {
    var random = RandomNumbers(seed: seed)
    return random.floats(images * model.graph.inputShape.elementCount)
  }

  func run(sourceLocation: SourceLocation = #_sourceLocation) throws {
    let engine = try Engine(model: model, options: options)
    let input = input()
    // Twice: a second run meets an arena that the first has written.
    _ = try engine.run(input, count: images)
    let scores = try engine.run(input, count: images)
    let kernels = try options.kernels ?? KernelSet.preferred()
    let interpreter = Interpreter(model: model, inputError: kernels.binaryInputError)
    let size = model.graph.inputShape.elementCount
    let classes = engine.classCount
    #expect(scores.count == images * classes, sourceLocation: sourceLocation)
    for image in 0..<images {
      let expected = interpreter.run(Array(input[(image * size)..<((image + 1) * size)]))
      let found = Array(scores[(image * classes)..<((image + 1) * classes)])
      #expect(expected.mismatch(found) == nil, "image \(image)", sourceLocation: sourceLocation)
    }
  }
}

extension Interpreter.Value {
  /// What is wrong with `scores`, or `nil` if each lies within its bound.
  func mismatch(_ scores: [Float]) -> String? {
    guard scores.count == numbers.count else { return "\(scores.count) elements" }
    for (index, score) in scores.enumerated() {
      // Written so that a score that is not a number is a mismatch too.
      if !(abs(Double(score) - numbers[index]) <= bounds[index] + 1e-30) {
        return "element \(index): \(score), not \(numbers[index]) ± \(bounds[index])"
      }
    }
    return nil
  }
}

import SignetModel
import SignetRuntime
import SignetTraining
import Testing

/// Runs a model on an engine and on libtorch and holds every score of both to the interpreter's
/// bound.
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
    let kernels = Dictionary(
      engine.plan.steps.map { ($0.name, $0.kernel) }, uniquingKeysWith: { first, _ in first })
    let interpreter = Interpreter(model: model) { node in
      // A linear layer's kernel may be a map of any width; of those, the widest loses most.
      var layer = (patch: 1, channels: 1, kernelWidth: 8)
      if case .convolution(let attributes) = node.operation {
        layer = (attributes.patchLength, attributes.inputChannels, attributes.kernel.width)
      }
      return KernelRounding.named(
        kernels[node.name] ?? "", patch: layer.patch, channels: layer.channels,
        kernelWidth: layer.kernelWidth)
    }
    let size = model.graph.inputShape.elementCount
    let classes = engine.classCount
    #expect(scores.count == images * classes, sourceLocation: sourceLocation)
    let executed = try Executor(model: model).logits(images: input, count: images)
    for image in 0..<images {
      let expected = interpreter.run(Array(input[(image * size)..<((image + 1) * size)]))
      let found = Array(scores[(image * classes)..<((image + 1) * classes)])
      #expect(expected.mismatch(found) == nil, "image \(image)", sourceLocation: sourceLocation)
      let reference = Array(executed[(image * classes)..<((image + 1) * classes)])
      #expect(
        expected.mismatch(reference) == nil, "executor, image \(image)",
        sourceLocation: sourceLocation)
      guard let winner = expected.clearWinner else { continue }
      #expect(winner == found.indexOfLargest, sourceLocation: sourceLocation)
      #expect(winner == reference.indexOfLargest, sourceLocation: sourceLocation)
    }
  }
}

extension [Float] {
  fileprivate var indexOfLargest: Int? {
    indices.max { self[$0] < self[$1] }
  }
}

extension Interpreter.Value {
  /// The largest element's index, if the bounds leave no doubt which it is.
  fileprivate var clearWinner: Int? {
    guard let winner = numbers.indices.max(by: { numbers[$0] < numbers[$1] }) else { return nil }
    let least = numbers[winner] - bounds[winner]
    let isClear = numbers.indices.allSatisfy { $0 == winner || numbers[$0] + bounds[$0] < least }
    return isClear ? winner : nil
  }

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

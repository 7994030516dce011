import NetworkOracle
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
    let kernels = Dictionary(
      engine.plan.steps.map { ($0.name, $0.kernel) }, uniquingKeysWith: { first, _ in first })
    let interpreter = Interpreter(model: model) { node in
      let kernel = kernels[node.name] ?? ""
      if case .convolution(let layer) = node.operation {
        return KernelRounding(
          kernel: kernel, channels: layer.inputChannels, groups: layer.groups,
          width: layer.kernel.width, height: layer.kernel.height)
      }
      // A linear layer's kernel may be a map of any width; of those, the widest loses most.
      let inputs = model.weight(.weight, of: node)?.shape.last ?? 1
      return KernelRounding(kernel: kernel, channels: 1, width: 8, height: (inputs + 7) / 8)
    }
    let size = model.graph.inputShape.elementCount
    let classes = engine.classCount
    #expect(scores.count == images * classes, sourceLocation: sourceLocation)
    for image in 0..<images {
      let expected = interpreter.run(Array(input[(image * size)..<((image + 1) * size)]))
      let found = Array(scores[(image * classes)..<((image + 1) * classes)])
      #expect(expected.mismatch(found) == nil, "image \(image)", sourceLocation: sourceLocation)
      guard let winner = expected.clearWinner else { continue }
      #expect(winner == found.indexOfLargest, sourceLocation: sourceLocation)
    }
  }
}

extension [Float] {
  fileprivate var indexOfLargest: Int? {
    indices.max { self[$0] < self[$1] }
  }
}

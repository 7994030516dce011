import SignetData
import SignetModel
import Testing
import Torch

@testable import SignetTraining

/// Networks whose batch norms were folded away, as exporters do.
extension ProcessGeneratorTests {
  @Suite struct NormalizedNetworkTests {
    private let data = QuarterDataset(count: 96)
    private let apart = QuarterDataset(count: 64, seed: 9)

    private func hashed(_ model: Model) throws -> Model {
      // 'last' is a layer of that name here.
      let names = Set(model.graph.layers.map(\.name))
      let keep = try names.contains("fc2") ? KeepPattern(parsing: "first,fc2") : .usual
      return try Binarizer(
        options: BinarizationOptions(keep: keep, images: 64, batchSize: 32, effort: .paper)
      ).run(model, dataset: data)
    }

    private func options(steps: Int) -> TrainingOptions {
      var options = TrainingOptions.finetuning
      options.duration = .steps(steps)
      options.batchSize = 32
      options.augmentation = .none
      options.precision = .float32
      options.threads = 1
      return options
    }

    private func outputs(_ model: Model) throws -> [Float] {
      try Executor(model: model).logits(images: Tiny.images(16), count: 16)
    }

    /// Largest difference relative to the largest output.
    private func difference(_ a: [Float], _ b: [Float]) -> Float {
      let largest = b.reduce(0) { max($0, abs($1)) }
      return zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) } / largest
    }

    @Test func layersWithoutBatchNormGetOneThatChangesNothing() throws {
      let float = try Tiny.model().foldingBatchNorms()
      let model = try hashed(float)
      let options = options(steps: 1)
      let network = try NormalizedNetwork(training: model, on: data, options: options)
      // All but the layer that makes the scores.
      #expect(
        Set(network.norms.keys) == [
          "conv1", "block.conv1", "block.conv2", "down", "last", "fc1",
        ])
      #expect(try difference(outputs(network.model), outputs(model)) < 1e-5)
      let training = try Executor(
        training: network.model, teacher: float, options: options,
        normalized: Set(network.norms.keys))
      #expect(
        try difference(training.logits(images: Tiny.images(16), count: 16), outputs(model)) < 1e-5)
      let restored = try network.restored(network.model)
      #expect(restored.graph.nodes.map(\.name) == model.graph.nodes.map(\.name))
      #expect(restored.graph.output == model.graph.output)
      #expect(try difference(outputs(restored), outputs(model)) < 1e-5)
    }

    @Test func batchNormsGetTheStatisticsOfWhatTheySeeAndChangeNothing() throws {
      let float = try Tiny.model()
      let model = try hashed(float)
      let network = try NormalizedNetwork(training: model, on: data, options: options(steps: 1))
      #expect(try difference(outputs(network.model), outputs(model)) < 1e-5)
      let norm = try #require(
        model.graph.nodes.first {
          if case .batchNorm = $0.operation { $0.inputs == ["block.conv1"] } else { false }
        })
      let loader = BatchLoader(
        dataset: data, shape: model.graph.inputShape, preprocessing: model.preprocessing,
        batchSize: data.count, shuffleSeed: 0)
      let batches = loader.batches(epoch: 0)
      let batch = try #require(try batches.next())
      let executor = try Executor(model: model)
      let images = try Tensor(batch.images, shape: [batch.count] + executor.inputShape.extents)
      var seen: [Float] = []
      _ = try executor.forward(images) { (node, value) throws(TrainingError) in
        guard node.name == "block.conv1" else { return }
        seen = try TrainingError.wrapping { try value.mean([0, 2, 3]).toFloats() }
      }
      let means = try #require(
        network.model.weights[norm.parameterName(.runningMean)]
      ).floats
      #expect(means.count == seen.count && !seen.isEmpty)
      for (mean, seen) in zip(means, seen) { #expect(abs(mean - seen) < 1e-4 * (1 + abs(seen))) }
      #expect(means != model.weights[norm.parameterName(.runningMean)]?.floats)
    }

    @Test func latentsOfEveryFilterHaveTheUsualMagnitude() throws {
      let float = try Tiny.model().foldingBatchNorms()
      let model = try hashed(float)
      let options = options(steps: 1)
      let network = try NormalizedNetwork(training: model, on: data, options: options)
      let training = try Executor(
        training: network.model, teacher: float, options: options,
        normalized: Set(network.norms.keys))
      for (node, parameters) in zip(training.graph.nodes, training.parameters) {
        guard node.operation.isBinarizable, network.norms[node.name] != nil else { continue }
        let tensor = try #require(parameters.latent?.latent ?? parameters.tensors[.weight])
        let floats = try tensor.toFloats()
        let length = floats.count / (parameters.latent?.scale.shape[1] ?? tensor.shape[0])
        let usual = (2 / Float(length)).squareRoot()
        for start in stride(from: 0, to: floats.count, by: length) {
          let square = floats[start..<start + length].reduce(0) { $0 + $1 * $1 } / Float(length)
          #expect(abs(square.squareRoot() - usual) < 1e-4 * usual, "\(node.name)")
        }
      }
    }

    /// Their own statistics would make another network of it.
    @Test func fewImagesPerStepKeepTheStatistics() throws {
      for float in [try Tiny.model(), try Tiny.model().foldingBatchNorms()] {
        let model = try hashed(float)
        var options = options(steps: 5)
        options.batchSize = 4
        options.learningRate = 0
        options.straightThrough.dampening = nil
        options.statisticsBatches = 2
        let result = try Trainer(options: options).run(model, teacher: float, dataset: data)
        #expect(try difference(outputs(result.model), outputs(model)) < 1e-4)
      }
    }

    @Test func atARateOfZeroTheFunctionStays() throws {
      let float = try Tiny.model().foldingBatchNorms()
      let model = try hashed(float)
      var options = options(steps: 5)
      options.learningRate = 0
      options.straightThrough.dampening = nil
      let result = try Trainer(options: options).run(model, teacher: float, dataset: data)
      #expect(result.keptStep == 5)
      #expect(try difference(outputs(result.model), outputs(model)) < 0.02)
      #expect(
        result.model.weights["block.conv1.weight"]?.codes?.bytes
          == model.weights["block.conv1.weight"]?.codes?.bytes)
    }

    @Test(arguments: [2, 20, 200])
    func noRunEndsBelowItsStart(steps: Int) throws {
      let float = try Trainer(options: learning).run(Tiny.model(), dataset: data).model
        .foldingBatchNorms()
      let model = try hashed(float)
      var options = options(steps: steps)
      options.loss = .distillation(temperature: 4, labelsWeight: 1)
      let result = try Trainer(options: options).run(
        model, teacher: float, dataset: data, validation: apart)
      let start = try #require(result.start?.score.value)
      let end = try #require(result.end?.score.value)
      let kept = try #require(result.kept?.score.value)
      #expect(start > 50, "hashing left nothing to lose")
      #expect(kept == max(start, end) || kept > end)
      // Not only the better of both: the run itself does no harm.
      #expect(end >= start - 5)
    }

    private var learning: TrainingOptions {
      TrainingOptions(
        duration: .steps(150), batchSize: 32, optimizer: .adam(), learningRate: 1e-2,
        weightDecay: 0, augmentation: .none, precision: .float32, threads: 1)
    }

    @Test func theStartIsKeptToTheBitWhereTrainingHarms() throws {
      let float = try Trainer(options: learning).run(Tiny.model(), dataset: data).model
        .foldingBatchNorms()
      let model = try hashed(float)
      var options = options(steps: 12)
      options.learningRate = 5
      options.warmupSteps = 0
      let result = try Trainer(options: options).run(
        model, teacher: float, dataset: data, validation: apart)
      #expect(result.keptStep == 0 && result.kept == result.start)
      #expect(try #require(result.end?.score.value) < result.start?.score.value ?? 0)
      #expect(result.model.weights == model.weights && result.model.graph == model.graph)
      #expect(result.model.provenance.steps.last?.options["kept"] == "start")
    }

    @Test func aSoftmaxAtTheEndIsNotTakenTwice() throws {
      let plain = try hashed(Tiny.model())
      var nodes = plain.graph.nodes
      nodes.append(Node("probabilities", .softmax(axis: 0), inputs: [plain.graph.output]))
      let ending = try plain.with(
        graph: Graph(inputShape: plain.graph.inputShape, nodes: nodes, output: "probabilities"))
      #expect(ending.outputKind == .probabilities && plain.outputKind == .scores)
      var options = options(steps: 4)
      options.loss = .distillation(temperature: 2, labelsWeight: 1)
      var losses: [[Double]] = []
      var results: [Model] = []
      for (model, teacher) in [(plain, plain), (ending, ending)] {
        var run: [Double] = []
        options.progressEverySteps = 1
        let result = try Trainer(options: options).run(
          model, teacher: teacher, dataset: data, progress: { run.append($0.loss) })
        losses.append(Array(run.dropFirst()))
        results.append(result.model)
      }
      #expect(losses[0] == losses[1])
      #expect(results[0].weights == results[1].weights)
      #expect(results[1].graph.output == "probabilities")
    }

    @Test func outputsThatAreNoScoresLearnFromTheTeacher() throws {
      var graph = GraphBuilder(inputShape: Tiny.shape)
      func conv(_ input: Int, _ output: Int) -> NodeOperation {
        .convolution(
          Convolution(
            inputChannels: input, outputChannels: output, kernel: Size2D(3), padding: Padding2D(1)))
      }
      graph.append("a", conv(3, 8), graph.input)
      graph.append("relu", .relu, "a")
      graph.append("b", conv(8, 8), "relu")
      graph.append("relu2", .relu, "b")
      graph.append("map", conv(8, 2), "relu2")
      let float = try Tiny.model(graph: graph.graph(output: "map"))
      let model = try hashed(float)
      #expect(model.outputKind == .map)
      var options = options(steps: 60)
      let result = try Trainer(options: options).run(
        model, teacher: float, dataset: data, validation: apart)
      let start = try #require(result.start)
      let kept = try #require(result.kept)
      #expect(start.score.measure == .fidelity && start.score.value < 99)
      #expect(kept.score.value > start.score.value)
      // The measure is what it says.
      let images = 32
      let batch = Tiny.images(images)
      let expected = try Executor(model: float).logits(images: batch, count: images)
      #expect(
        difference(
          try Executor(model: result.model).logits(images: batch, count: images), expected)
          < difference(try Executor(model: model).logits(images: batch, count: images), expected))
      options.loss = .distillation(temperature: 4, labelsWeight: 1)
      #expect {
        try Trainer(options: options).run(model, teacher: float, dataset: data)
      } throws: { error in
        "\(error)".contains("expected class scores, to learn from labels, found map of shape 2×8×8")
      }
    }

    @Test func aTeacherWithItsClassesInAnotherOrderIsRefused() throws {
      let model = try hashed(Tiny.model()).with(labels: ["a", "b", "c", "d"])
      let teacher = try Tiny.model().with(labels: ["a", "c", "b", "d"])
      var options = options(steps: 1)
      options.loss = .distillation(temperature: 2, labelsWeight: 0)
      let error = #expect(throws: TrainingError.self) {
        try Trainer(options: options).run(model, teacher: teacher, dataset: data)
      }
      #expect(
        "\(try #require(error))".hasPrefix(
          "teacher: expected the network's classes in their order, 'b' at 1"))
      let named = try Tiny.model().with(labels: ["a", "b", "c", "d"])
      for other in [named, try Tiny.model()] {
        _ = try Trainer(options: options).run(model, teacher: other, dataset: data)
      }
    }

    @Test func labelsThatAreNotLearnedFromNeedNotFit() throws {
      var graph = GraphBuilder(inputShape: Tiny.shape)
      graph.append(
        "conv",
        .convolution(Convolution(inputChannels: 3, outputChannels: 6, kernel: Size2D(3))),
        graph.input)
      graph.append("relu", .relu, "conv")
      graph.append(
        "conv2",
        .convolution(Convolution(inputChannels: 6, outputChannels: 6, kernel: Size2D(3))), "relu")
      graph.append("flatten", .flatten, "conv2")
      graph.append("fc", .linear(Linear(inputs: 96, outputs: 3)), "flatten")
      // Labels go up to 3, classes to 2.
      let float = try Tiny.model(graph: graph.graph(output: "fc"))
      let model = try hashed(float)
      let result = try Trainer(options: options(steps: 2)).run(
        model, teacher: float, dataset: data, validation: apart)
      #expect(result.start?.score.measure == .agreement)
      var options = options(steps: 2)
      options.loss = .crossEntropy()
      #expect {
        try Trainer(options: options).run(model, teacher: float, dataset: data)
      } throws: { error in
        "\(error)" == "quarters: expected labels below 3, found 3"
      }
    }
  }
}

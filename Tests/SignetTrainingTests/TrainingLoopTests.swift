import Foundation
import SignetData
import SignetModel
import Testing
import ThrownErrors
import Torch

@testable import SignetTraining

/// What users trust the loop for.
extension ProcessGeneratorTests {
  @Suite struct TrainingLoopTests {
    private let data = QuarterDataset(count: 48)

    private func options(steps: Int = 6) -> TrainingOptions {
      TrainingOptions(
        duration: .steps(steps), batchSize: 16, optimizer: .adam(), learningRate: 1e-2,
        weightDecay: 0, augmentation: Augmentation(cropPadding: 1, flip: false),
        precision: .float32, checkpointEverySteps: 0, progressEverySteps: 1, threads: 1)
    }

    private func hashed(_ model: Model) throws -> Model {
      try Binarizer(
        options: BinarizationOptions(images: 32, batchSize: 16, effort: .paper)
      ).run(model, dataset: data)
    }

    private func expectExactResumption(
      _ trainer: Trainer, _ model: Model, teacher: Model? = nil, stops: [Int] = [2, 3]
    ) throws -> Model {
      let whole = try trainer.run(model, teacher: teacher, dataset: data).model
      try withTemporaryFolder { folder in
        let checkpoint = folder.appendingPathComponent("state")
        for stop in stops {
          #expect(
            thrown(TrainingError.self) {
              try trainer.run(
                model, teacher: teacher, dataset: data, checkpoint: checkpoint,
                cancellation: .after(checks: stop))
            } == "interrupted; the state is in \(checkpoint.path), run again to go on")
          try manualSeed(UInt64(stop))
        }
        let resumed = try trainer.run(
          model, teacher: teacher, dataset: data, checkpoint: checkpoint
        ).model
        #expect(resumed.weights == whole.weights)
        #expect(resumed.provenance == whole.provenance)
      }
      return whole
    }

    @Test(arguments: TrainingMethod.allCases)
    func everyMethodResumesToTheBitAndLowersTheLoss(method: TrainingMethod) throws {
      let model = try Tiny.model(dropout: 0.2)
      // Eight steps, so that every stage of stochastic quantization has two.
      var short = options(steps: 8)
      short.take(method)
      let trained = try expectExactResumption(Trainer(options: short), model)
      let binary = trained.graph.layers.filter(trained.isBinary)
      #expect(binary.count == (method == .float ? 0 : 5))
      for layer in binary {
        let codes = try #require(trained.weight(.weight, of: layer)?.codes)
        switch short.straightThrough.scale {
        // A batch norm that was inserted while training ends up in the scales.
        case .unit where layer.name.hasPrefix("block") || layer.name == "fc2":
          #expect(codes.scales.array.allSatisfy { $0 == 1 })
        default: #expect(codes.scales.array.allSatisfy { $0 > 0 && $0 != 1 })
        }
      }

      // Codes drawn anew in each step learn slowest.
      var long = options(steps: method == .stochasticBinaryConnect ? 180 : 45)
      long.take(method)
      // Flipping weights leave running statistics behind.
      long.statisticsBatches = 3
      var losses: [Double] = []
      let result = try Trainer(options: long).run(
        Tiny.model(), dataset: data, validation: data, progress: { losses.append($0.loss) }
      ).model
      let mean = { (part: ArraySlice<Double>) in part.reduce(0, +) / Double(part.count) }
      #expect(mean(losses[1...6]) > 1.1 * mean(losses.suffix(6)))
      #expect(result.provenance.steps.last?.results["validation top-1"] ?? 0 > 45)
    }

    @Test func averageAndMixupAndStatisticsResumeToTheBit() throws {
      let teacher = try Tiny.model()
      let model = try hashed(teacher)
      var options = options(steps: 7)
      options.loss = .distillation(temperature: 4, labelsWeight: 0.5, labelSmoothing: 0.1)
      options.averageDecay = 0.9
      options.mixup = Mixup(alpha: 0.4)
      options.gradientNorm = 0.5
      options.statisticsBatches = 2
      options.augmentation.cutout = 3
      options.straightThrough = StraightThrough(
        gradient: .errorDecay, standardizes: true, dampening: Dampening(strength: 0.1))
      let all = try expectExactResumption(Trainer(options: options), model, teacher: teacher)
      let changes: [(inout TrainingOptions) -> Void] = [
        { $0.averageDecay = nil }, { $0.mixup = .none }, { $0.gradientNorm = nil },
        { $0.statisticsBatches = 0 }, { $0.straightThrough = StraightThrough() },
        { $0.straightThrough.dampening = nil },
      ]
      for change in changes {
        var other = options
        change(&other)
        let result = try Trainer(options: other).run(model, teacher: teacher, dataset: data).model
        #expect(result.weights != all.weights)
      }
    }

    @Test(arguments: [
      StraightThrough(), StraightThrough(gradient: .clipped()),
      StraightThrough(gradient: .errorDecay, standardizes: true),
    ])
    func firstEvaluationIsTheHashedModelsWithEveryEstimator(method: StraightThrough) throws {
      let teacher = try Tiny.model()
      let model = try hashed(teacher)
      var options = options()
      options.straightThrough = method
      let training = try Executor(training: model, teacher: teacher, options: options)
      let images = Tiny.images(4)
      #expect(
        try training.logits(images: images, count: 4)
          == Executor(model: model).logits(images: images, count: 4))
    }

    @Test func averageIsThatOfTheWeights() throws {
      let executor = try Executor(
        training: Tiny.model(), teacher: nil, options: options())
      let average = try WeightAverage(of: executor, decay: 0.5)
      let weight = try #require(executor.parameters[0].tensors[.weight])
      let kept = try #require(average.parameters[0].tensors[.weight])
      let first = try weight.toFloats()
      try noGrad { () throws(TorchError) in try weight.addInPlace(1) }
      // Early on the decay is (1 + step) / (10 + step).
      try average.update(step: 1)
      for (a, b) in zip(try kept.toFloats(), first) { #expect(abs(a - (b + 9.0 / 11)) < 1e-6) }
      for _ in 0..<3 { try average.update(step: 1000) }
      for (a, b) in zip(try kept.toFloats(), first) {
        #expect(abs(a - (b + 1 - (2.0 / 11) / 8)) < 1e-6)
      }
      #expect(average.state.contains { $0.name == "average/bn1.running_mean" })
    }

    @Test func statisticsAreThoseOfTheBatchesAndTrainingKeepsItsOwn() throws {
      let model = try Tiny.model()
      var options = options()
      options.statisticsBatches = 3
      options.augmentation = .none
      let live = try Executor(training: model, teacher: nil, options: options)
      let measured = try MeasuredNetwork(
        of: live, average: nil, model: model, dataset: data, options: options)
      try measured.updateStatistics(at: 0)
      let bn = try #require(model.graph.nodes.firstIndex { $0.name == "bn1" })
      let before = try #require(model.weights["bn1.running_mean"]?.floats)
      let mean = { (executor: Executor) throws -> [Float] in
        try #require(executor.parameters[bn].tensors[.runningMean]).toFloats()
      }
      #expect(try mean(measured.executor) == before)
      try measured.updateStatistics(at: 1)
      #expect(try mean(live) == before)
      // The whole set, in three full batches of one size: the mean of means is the mean.
      var images: [Float] = []
      let batches = BatchLoader(
        dataset: data, shape: Tiny.shape, preprocessing: Tiny.preprocessing, batchSize: 48
      ).batches(epoch: 0)
      while let batch = try batches.next() { images += batch.images }
      var expected: [Float] = []
      _ = try Executor(model: model).forward(Tensor(images, shape: [48, 3, 8, 8])) {
        (node, value) throws(TrainingError) in
        guard node.name == "conv1" else { return }
        expected = try TrainingError.wrapping { try value.mean([0, 2, 3]).toFloats() }
      }
      for (a, b) in zip(try mean(measured.executor), expected) { #expect(abs(a - b) < 1e-5) }
    }

    @Test func gradientsAreClippedToTheirNorm() throws {
      let executor = try Executor(training: Tiny.model(), teacher: nil, options: options())
      let optimization = try Optimization(executor: executor, options: options())
      let images = try Tensor(Tiny.images(4), shape: [4, 3, 8, 8])
      let labels = try Tensor([0, 1, 2, 3] as [Int64], shape: [4])
      try executor.forwardTraining([images])[0].crossEntropy(labels).backward()
      let before = try optimization.clipGradients(.infinity)
      #expect(before > 0.1)
      #expect(abs(try optimization.clipGradients(0.05) - before) < 1e-6 * before)
      #expect(abs(try optimization.clipGradients(1) - 0.05) < 1e-4)
    }

    @Test func mixedTargetsCountTheLargerShare() throws {
      let scores = try Tensor([2, 0, 0, 3] as [Float], shape: [2, 2])
      var targets = Targets(labels: try Tensor([0, 0] as [Int64], shape: [2]))
      #expect(try targets.rightCount(scores) == 1)
      let plain = try targets.crossEntropy(scores, labelSmoothing: 0).item()
      let other = try Tensor([1, 1] as [Int64], shape: [2])
      let second = try scores.crossEntropy(other).item()
      targets.mixed = (other, 0.25)
      #expect(
        abs(
          try targets.crossEntropy(scores, labelSmoothing: 0).item() - 0.25 * plain - 0.75 * second)
          < 1e-6)
      #expect(try targets.rightCount(scores) == 1)
      targets.mixed = (try Tensor([0, 1] as [Int64], shape: [2]), 0.25)
      #expect(try targets.rightCount(scores) == 2)
    }

    @Test func bestIsKeptAndPatienceEndsTheRun() throws {
      var options = options(steps: 30)
      options.learningRate = 0
      options.patience = 2
      // The running statistics change nothing at a rate of zero but themselves; measured anew on all
      // images they stay put.
      options.statisticsBatches = 3
      let model = try Tiny.model()
      var best: [Double] = []
      var steps: [Int] = []
      let run = { (checkpoint: URL?, stop: Int) throws -> TrainingResult in
        try Trainer(options: options).run(
          model, dataset: data, validation: data, checkpoint: checkpoint,
          cancellation: .after(checks: stop),
          progress: {
            steps.append($0.step)
            best += [$0.best?.value].compactMap { $0 }
          })
      }
      let whole = try run(nil, .max)
      let last = try #require(steps.last)
      // Three batches an epoch: the first validations may rise, then two epochs pass.
      #expect(last == 6 || last == 9)
      #expect(best == best.sorted() && best.count == steps.count)
      #expect(whole.kept?.score.value == best.last && whole.end?.step == last)
      #expect(whole.kept?.score.value ?? 0 >= whole.start?.score.value ?? 100)
      try withTemporaryFolder { folder in
        let checkpoint = folder.appendingPathComponent("state")
        #expect(
          thrown(TrainingError.self) { try run(checkpoint, 4) }
            == "interrupted; the state is in \(checkpoint.path), run again to go on")
        let resumed = try run(checkpoint, .max)
        #expect(resumed.model == whole.model && resumed.kept == whole.kept)
        #expect(steps.last == last)
        // A run that ended stays ended.
        let count = steps.count
        let again = try run(checkpoint, .max)
        #expect(again.model == whole.model && again.end == whole.end)
        #expect(steps.count == count)
      }
      #expect(
        thrown(TrainingError.self) {
          try Trainer(options: options).run(model, dataset: data)
        } == "patience needs validation images")
      let outcome = Validation.Outcome(
        score: ValidationScore(measure: .agreement, value: 12.5), hits: [1, 0])
      let saved = BestValidation(outcome, step: 3, model: model)
      #expect(BestValidation(text: saved.text, startHits: [1, 0], model: model) == saved)
      #expect(BestValidation(text: "1 2", startHits: [], model: model) == nil)
    }

    @Test func onlyAClearlyBetterNetworkTakesTheStartsPlace() throws {
      let model = try Tiny.model()
      func outcome(right: Range<Int>) -> Validation.Outcome {
        let hits = (0..<100).map { UInt8(right.contains($0) ? 1 : 0) }
        return Validation.Outcome(
          score: ValidationScore(measure: .top1, value: Double(right.count)), hits: hits)
      }
      var best = BestValidation(outcome(right: 0..<50), step: 0, model: model)
      // Gains six, loses four: √10 > 2.
      try best.add(outcome(right: 4..<56), step: 1) { throw CancellationError() }
      #expect(best.best.step == 0 && best.latest.step == 1 && best.age == 1)
      // Gains eight, loses four: 4 > √12.
      best.add(outcome(right: 4..<58), step: 2) { model }
      #expect(best.best.step == 2 && best.best.score.value == 54)
      // Afterwards any gain counts.
      best.add(outcome(right: 3..<58), step: 3) { model }
      #expect(best.best.step == 3)
      best.add(outcome(right: 0..<55), step: 4) { model }
      #expect(best.best.step == 3 && best.start.score.value == 50)
    }

    @Test func theLayerThatDivergesIsNamed() throws {
      // Weights near the largest float: squares of them are infinite.
      var weights = try Tiny.model().weights
      let name = "block.conv2.weight"
      let weight = try #require(weights[name])
      weights[name] = try Weight(
        shape: weight.shape, values: weight.floats.map { $0 < 0 ? -3e38 : 3e38 })
      let model = try Tiny.model().with(weights: weights)
      #expect {
        try Trainer(options: options()).run(model, dataset: data)
      } throws: { error in
        guard case .diverged(1, let layer, let part, nil) = error as? TrainingError else {
          return false
        }
        return layer == "block.conv2" && part == .outputs
      }
      let error = TrainingError.diverged(step: 7, layer: "conv1", part: .gradients, checkpoint: nil)
      #expect(
        "\(error)".hasPrefix("training diverged: at step 7 the gradients of layer 'conv1' hold"))
    }

    @Test func theLearningRateIsReported() throws {
      var options = options(steps: 4)
      options.schedule = .step(milestones: [0.5], factor: 0.1)
      var rates: [Double] = []
      _ = try Trainer(options: options).run(
        Tiny.model(), dataset: data, progress: { rates.append($0.learningRate) })
      for (rate, expected) in zip(rates, [1e-2, 1e-2, 1e-3, 1e-3, 1e-3]) {
        #expect(abs(rate - expected) < 1e-12)
      }
    }
  }
}

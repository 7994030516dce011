import Foundation
import SignetData
import SignetModel
import Testing
import ThrownErrors
import Torch

@testable import SignetTraining

extension ProcessGeneratorTests {
  @Suite struct TrainerTests {
    private let data = QuarterDataset(count: 48)

    private func options(
      steps: Int = 6, optimizer: TrainingOptions.Optimizer = .sgd(), learningRate: Double = 0.05
    ) -> TrainingOptions {
      TrainingOptions(
        duration: .steps(steps), batchSize: 16, optimizer: optimizer, learningRate: learningRate,
        augmentation: Augmentation(cropPadding: 1, flip: false), precision: .float32,
        checkpointEverySteps: 0, progressEverySteps: 1)
    }

    private func hashed(_ model: Model, codes: Int = 1) throws -> Model {
      try Binarizer(
        options: BinarizationOptions(images: 32, batchSize: 16, effort: .paper, codes: codes)
      ).run(model, dataset: data)
    }

    private func bytes(of model: Model) throws -> Data {
      try withTemporaryFolder { folder in
        let file = folder.appendingPathComponent("model")
        try model.write(to: file)
        return try Data(contentsOf: file)
      }
    }

    /// Sets up a run that is stopped before step `stop`.
    private func interrupted(
      _ trainer: Trainer, _ model: Model, teacher: Model?, at stop: Int, checkpoint: URL
    ) throws {
      #expect {
        try trainer.run(
          model, teacher: teacher, dataset: data, checkpoint: checkpoint,
          cancellation: .after(checks: stop))
      } throws: { error in
        guard case .interrupted(checkpoint) = error as? TrainingError else { return false }
        return true
      }
    }

    @Test(arguments: [
      TrainingOptions.Optimizer.sgd(momentum: 0.9, nesterov: true),
      .sgd(momentum: 0, nesterov: false),
      .adam(),
    ])
    func resumedFloatTrainingIsTheUninterruptedOneToTheBit(
      optimizer: TrainingOptions.Optimizer
    ) throws {
      // Dropout, so that the generator's state counts; 3 batches an epoch, so that epochs turn.
      let model = try Tiny.model(dropout: 0.3)
      let trainer = Trainer(options: options(optimizer: optimizer, learningRate: 0.01))
      let whole = try trainer.run(model, dataset: data).model
      try withTemporaryFolder { folder in
        let checkpoint = folder.appendingPathComponent("state")
        for stop in [2, 2, 1] {
          try interrupted(trainer, model, teacher: nil, at: stop, checkpoint: checkpoint)
          // Anything may draw from the generator while the run is away.
          try manualSeed(UInt64(stop))
        }
        let resumed = try trainer.run(model, dataset: data, checkpoint: checkpoint).model
        #expect(try bytes(of: resumed) == bytes(of: whole))
        #expect(resumed.weights != model.weights)
        // The finished state gives the same once more.
        let again = try trainer.run(model, dataset: data, checkpoint: checkpoint).model
        #expect(try bytes(of: again) == bytes(of: whole))
      }
    }

    @Test(arguments: [1, 2])
    func resumedFinetuningIsTheUninterruptedOneToTheBit(codes: Int) throws {
      let teacher = try Tiny.model()
      let model = try hashed(teacher, codes: codes)
      var options = options(optimizer: .adam(), learningRate: 1e-2)
      options.loss = .distillation(temperature: 4, labelsWeight: 0.5)
      options.precision = .bfloat16
      let trainer = Trainer(options: options)
      let whole = try trainer.run(model, teacher: teacher, dataset: data).model
      try withTemporaryFolder { folder in
        let checkpoint = folder.appendingPathComponent("state")
        try interrupted(trainer, model, teacher: teacher, at: 3, checkpoint: checkpoint)
        let resumed = try trainer.run(
          model, teacher: teacher, dataset: data, checkpoint: checkpoint
        ).model
        #expect(try bytes(of: resumed) == bytes(of: whole))
      }
      // The precision counts, here too.
      var float = trainer
      float.options.precision = .float32
      #expect(try float.run(model, teacher: teacher, dataset: data).model.weights != whole.weights)
      let layer = try #require(whole.weights["block.conv1.weight"]?.codes)
      #expect(layer.codeCount == codes)
      #expect(layer != model.weights["block.conv1.weight"]?.codes)
    }

    @Test func checkpointOfAnotherRunIsRefusedByName() throws {
      let model = try Tiny.model()
      try withTemporaryFolder { folder in
        let checkpoint = folder.appendingPathComponent("state")
        let trainer = Trainer(options: options())
        try interrupted(trainer, model, teacher: nil, at: 1, checkpoint: checkpoint)
        var other = trainer
        other.options.learningRate = 0.5
        other.options.seed = 3
        #expect {
          try other.run(model, dataset: data, checkpoint: checkpoint)
        } throws: { error in
          guard case .otherRun(_, let differences) = error as? TrainingError else { return false }
          return differences.map(\.name) == ["learningRate", "seed"]
        }
        let stranger = try Tiny.model(seed: 8)
        #expect(
          thrown(TrainingError.self) {
            try trainer.run(stranger, dataset: data, checkpoint: checkpoint)
          }.hasPrefix(
            "\(checkpoint.path): the checkpoint belongs to another run; --restart starts anew:\n"
              + "  model: checkpoint "))
        #expect(
          thrown(TrainingError.self) {
            try Binarizer().run(model, dataset: data, checkpoint: checkpoint)
          }
            == "\(checkpoint.path): not a usable checkpoint: expected the state of a binarization, found a training; --restart starts anew"
        )
      }
    }

    @Test(arguments: [1, 2])
    func firstEvaluationIsTheHashedModels(codes: Int) throws {
      let teacher = try Tiny.model()
      let model = try hashed(teacher, codes: codes)
      let training = try Executor(training: model, teacher: teacher, options: options())
      let images = Tiny.images(4)
      #expect(
        try training.logits(images: images, count: 4)
          == Executor(model: model).logits(images: images, count: 4))
      // And without a teacher.
      let alone = try Executor(training: model, teacher: nil, options: options())
      #expect(
        try alone.logits(images: images, count: 4)
          == Executor(model: model).logits(images: images, count: 4))
    }

    @Test func latentsKeepTheFloatMagnitudeWhereSignsAgree() throws {
      let codes = try BinaryCodes(
        signs: [1, -1, 1, 1], scales: [0.5], codeCount: 1, filterCount: 1, patchLength: 4)
      let start = LatentStart(codes: codes, teacher: [0.3, -0.1, -0.4, 0])
      let expected: [Float] = [0.3, -0.1, 0.6 * 0.2, 0.6 * 0.2]
      for (latent, value) in zip(start.latents(), expected) { #expect(abs(latent - value) < 1e-7) }
      #expect(LatentStart(codes: codes, teacher: nil).latents() == [0.5, -0.5, 0.5, 0.5])
      let dead = try BinaryCodes(
        signs: [1, -1], scales: [0], codeCount: 1, filterCount: 1, patchLength: 2)
      #expect(LatentStart(codes: dead, teacher: nil).latents() == [1, -1])
    }

    @Test func negativeScalesTurnTheCodesInstead() throws {
      let latent = LatentWeight(
        latent: try Tensor([0.1, -0.2, 0.3, 0] as [Float], shape: [1, 2, 2]),
        scale: try Tensor([-0.5, 2] as [Float], shape: [1, 2]))
      let codes = try latent.codes()
      #expect(codes.signs == [-1, 1, 1, 1])
      #expect(codes.scales.array == [0.5, 2])
      #expect(try codes.expanded == latent.weight(StraightThrough()).toFloats())
    }

    @Test func weightDecayLeavesBatchNormBiasesScalesAndLatentsAlone() throws {
      let model = try hashed(Tiny.model())
      var options = options()
      options.weightDecay = 0.25
      let executor = try Executor(training: model, teacher: nil, options: options)
      let groups = try Optimization(executor: executor, options: options).groups
      for group in groups {
        #expect(group.weightDecay == (group.kind == .weights ? 0.25 : 0))
      }
      let names = Dictionary(uniqueKeysWithValues: groups.map { ($0.kind, Set($0.names)) })
      // 'last' is a layer of the tiny net, so first and last keep conv1 and it.
      #expect(names[.weights] == ["conv1.weight", "last.weight"])
      let hashedLayers = ["block.conv1", "block.conv2", "down", "fc1", "fc2"]
      #expect(names[.latents] == Set(hashedLayers.map { "\($0).latent" }))
      let others = try #require(names[.others])
      #expect(others.isSuperset(of: hashedLayers.map { "\($0).scale" }))
      #expect(others.isSuperset(of: ["bn1.weight", "bn1.bias", "down.bias", "fc2.bias"]))
      #expect(!others.contains("bn1.running_mean"))
    }

    @Test func weightDecayActsOnWeightsOnly() throws {
      // No gradients: a learning rate on decay alone.
      let model = try Tiny.model()
      var options = options(optimizer: .sgd(momentum: 0, nesterov: false), learningRate: 0.5)
      options.weightDecay = 0.1
      let executor = try Executor(training: model, teacher: nil, options: options)
      try Optimization(executor: executor, options: options).step(0, factor: 1)
      let weight = try #require(try executor.parameters[0].tensors[.weight]?.toFloats())
      let before = try #require(model.weights["conv1.weight"]?.floats)
      for (after, before) in zip(weight, before) { #expect(abs(after - 0.95 * before) < 1e-6) }
      #expect(
        try executor.parameters[1].tensors[.weight]?.toFloats()
          == model.weights["bn1.weight"]?.floats
      )
    }

    @Test func gradientsReachEveryParameter() throws {
      let options = options()
      let executor = try Executor(training: hashed(Tiny.model()), teacher: nil, options: options)
      let optimization = try Optimization(executor: executor, options: options)
      let images = try Tensor(Tiny.images(8), shape: [8, 3, 8, 8])
      let labels = try Tensor([0, 1, 2, 3, 0, 1, 2, 3] as [Int64], shape: [8])
      try executor.forwardTraining([images])[0].crossEntropy(labels).backward()
      for group in optimization.groups {
        for (name, tensor) in zip(group.names, group.tensors) {
          let grad = try #require(try tensor.grad, "\(name)")
          #expect(try grad.norm().item() > 0, "\(name)")
        }
      }
    }

    @Test func learnsAndReports() throws {
      var options = options(steps: 60)
      options.progressEverySteps = 20
      var reports: [TrainingProgress] = []
      let model = try Tiny.model()
      let trained = try Trainer(options: options).run(
        model, dataset: data, validation: data, progress: { reports.append($0) }
      ).model
      let first = try #require(reports.first)
      let last = try #require(reports.last)
      #expect(first.step == 0 && first.loss.isNaN && first.validation != nil)
      #expect(last.step == 60 && last.totalSteps == 60 && last.epoch == 20 && last.secondsLeft == 0)
      #expect(last.validation?.value ?? 0 > 85)
      #expect(last.loss < 1 && last.imagesPerSecond > 0)
      let step = try #require(trained.provenance.steps.last)
      #expect(step.verb == "train" && step.results["validation top-1"] == last.best?.value)
    }

    @Test func binaryFromScratchStartsAtSignAndMean() throws {
      var options = options(steps: 40, optimizer: .adam(), learningRate: 5e-3)
      options.binary = true
      options.statisticsBatches = 3
      let model = try Tiny.model()
      let start = try Executor(training: model, teacher: nil, options: options)
      let bwn = try Binarizer(options: BinarizationOptions(method: .bwn)).run(model, dataset: nil)
      let expected = try Executor(model: bwn).logits(images: Tiny.images(2), count: 2)
      for (a, b) in zip(try start.logits(images: Tiny.images(2), count: 2), expected) {
        #expect(abs(a - b) < 1e-4 * max(1, abs(b)))
      }
      let trained = try Trainer(options: options).run(model, dataset: data, validation: data).model
      #expect(trained.graph.layers.filter(trained.isBinary).count == 5)
      #expect(trained.provenance.steps.last?.results["validation top-1"] ?? 0 > 70)
    }

    @Test func distillationIsTheDivergenceAtTheTemperature() throws {
      let p: [Double] = [0.7, 0.3]
      let q: [Double] = [0.4, 0.6]
      let divergence = zip(p, q).reduce(0) { $0 + $1.0 * Foundation.log($1.0 / $1.1) }
      let temperature = 3.0
      func scores(_ shares: [Double]) throws -> Tensor {
        try Tensor(shares.map { Float(temperature * Foundation.log($0)) + 5 }, shape: [1, 2])
      }
      let loss = try TrainingLoss.distillation(
        scores: scores(q), teacher: scores(p), temperature: temperature)
      #expect(abs(try loss.item() - 9 * divergence) < 1e-5)
    }

    @Test func notANumberStopsAndKeepsTheLastGoodState() throws {
      var options = options(steps: 50, learningRate: 1e30)
      options.checkpointEverySteps = 1
      let model = try Tiny.model()
      try withTemporaryFolder { folder in
        let checkpoint = folder.appendingPathComponent("state")
        // A good state first, at step 0, by stopping at once.
        try interrupted(
          Trainer(options: options), model, teacher: nil, at: 0, checkpoint: checkpoint)
        #expect {
          try Trainer(options: options).run(model, dataset: data, checkpoint: checkpoint)
        } throws: { error in
          guard case .diverged(let step, .some, _, checkpoint) = error as? TrainingError else {
            return false
          }
          return step >= 1 && step < 10
        }
        let kept = try Checkpoint(contentsOf: checkpoint)
        #expect(kept.tensors.values.allSatisfy { $0.floats?.allSatisfy(\.isFinite) ?? true })
      }
    }

    @Test func oneImageOrOneClassIsNamed() throws {
      var graph = GraphBuilder(inputShape: Tiny.shape)
      graph.append("flatten", .flatten, graph.input)
      graph.append("fc", .linear(Linear(inputs: 192, outputs: 4)), "flatten")
      graph.append("bn", .batchNorm(BatchNorm(channels: 4)), "fc")
      let model = try Tiny.model(graph: graph.graph(output: "bn"))
      #expect {
        try Trainer(options: options()).run(model, dataset: QuarterDataset(count: 1))
      } throws: { error in
        "\(error)".hasPrefix("batch norm 'bn': expected at least 2 images in a step")
      }
      #expect {
        var single = options()
        single.batchSize = 1
        _ = try Trainer(options: single).run(model, dataset: data)
      } throws: { error in
        "\(error)".contains("--batch-size")
      }
      var one = GraphBuilder(inputShape: Tiny.shape)
      one.append("flatten", .flatten, one.input)
      one.append("fc", .linear(Linear(inputs: 192, outputs: 1)), "flatten")
      let regressor = try Tiny.model(graph: one.graph(output: "fc"))
      #expect {
        try Trainer(options: options()).run(regressor, dataset: QuarterDataset(count: 8))
      } throws: { error in
        "\(error)"
          == "quarters: expected images of at least two classes, to tell them apart, found 1"
      }
    }

    @Test func aValidationTellsHowFarItIsAndCanBeStopped() throws {
      let model = try Tiny.model()
      let many = QuarterDataset(count: 600)
      var seen: [Int] = []
      let whole = try Trainer(options: options(steps: 4)).run(
        model, dataset: data, validation: many,
        validating: { done, total in
          #expect(total == 600)
          seen.append(done)
        })
      #expect(Array(seen.prefix(3)) == [256, 512, 600])
      try withTemporaryFolder { folder in
        let checkpoint = folder.appendingPathComponent("state")
        // Stopped in the middle of each validation there is, it goes on to the same end.
        for last in [1, 4] {
          var shown = 0
          let stop = Stop()
          #expect(
            thrown(TrainingError.self) {
              try Trainer(options: options(steps: 4)).run(
                model, dataset: data, validation: many, checkpoint: checkpoint,
                cancellation: stop.cancellation,
                validating: { _, _ in
                  shown += 1
                  if shown >= last { stop.now() }
                })
            } == "interrupted; the state is in \(checkpoint.path), run again to go on")
          #expect(shown == last)
        }
        let resumed = try Trainer(options: options(steps: 4)).run(
          model, dataset: data, validation: many, checkpoint: checkpoint)
        #expect(resumed.model == whole.model && resumed.start == whole.start)
        #expect(resumed.end == whole.end && resumed.kept == whole.kept)
      }
    }

    @Test func whatDoesNotFitIsNamed() throws {
      let model = try Tiny.model()
      var options = options()
      options.loss = .distillation()
      #expect(
        thrown(TrainingError.self) {
          try Trainer(options: options).run(model, dataset: data)
        } == "distillation needs a teacher")
      let small = QuarterDataset(count: 4, shape: .map(3, 4, 4))
      #expect {
        try Trainer(options: self.options()).run(model, dataset: small)
      } throws: { error in
        guard case .data = error as? TrainingError else { return false }
        return true
      }
      var teacher = GraphBuilder(inputShape: Tiny.shape)
      teacher.append("flatten", .flatten, teacher.input)
      teacher.append("fc", .linear(Linear(inputs: 192, outputs: 3)), "flatten")
      let other = try Tiny.model(graph: teacher.graph(output: "fc"))
      #expect(
        thrown(TrainingError.self) {
          try Trainer(options: options).run(model, teacher: other, dataset: data)
        } == "teacher: expected 4 classes, found 3")
      #expect(
        thrown(TrainingError.self) {
          try Trainer(options: self.options()).run(other, dataset: data)
        } == "quarters: expected labels below 3, found 3")
    }
  }
}

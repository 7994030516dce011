import SignetData
import SignetModel
import Testing
import Torch

@testable import SignetTraining

extension ProcessGeneratorTests {
  /// Fine-tuning networks of several outputs from the float network.
  @Suite struct SeveralOutputsTrainingTests {
    private var options: TrainingOptions {
      var options = TrainingOptions.finetuning
      options.duration = .epochs(12)
      options.batchSize = 10
      options.warmupSteps = 0
      options.loss = .distillation(temperature: 4, labelsWeight: 0)
      options.augmentation = .none
      options.precision = .float32
      options.seed = 2
      return options
    }

    private func binary(_ model: Model) throws -> Model {
      try Binarizer(options: BinarizationOptions(images: 24, seed: 4, effort: .paper)).run(
        model, dataset: QuarterDataset(count: 40))
    }

    @Test func theLossIsTheSumOverTheOutputs() throws {
      let model = try TwoOutputs.model()
      let images = try Tensor(Tiny.images(3), shape: [3, 3, 8, 8])
      let loss = try TrainingLoss(
        options: options, network: model, kinds: model.outputKinds, teacher: model)
      let answers = try #require(try loss.teacherOutputs(for: [images]))
      // The teacher's scores, not their softmax.
      let scores = try Executor(model: TwoOutputs.model(softmax: false)).predicted([images])
      #expect(answers.map(\.shape) == [[3, 4], [3, 2, 4, 4]])
      #expect(try (answers[0] - scores[0]).abs().amax().item() < 1e-5)
      let outputs = try answers.map { try $0 * 0.5 + 0.25 }
      let found = try loss(
        outputs: outputs, teacher: answers,
        targets: Targets(labels: Tensor([0, 0, 0] as [Int64], shape: [3]))
      ).item()
      let (p, q) = (
        try (answers[0] / 4).softmax(1), try (outputs[0] / 4).logSoftmax(1)
      )
      let divergence = try (p * (p.log() - q)).sum().item() / 3 * 16
      let error =
        try (outputs[1] - answers[1]).square().sum().item() / answers[1].square().sum().item()
      #expect(abs(found - divergence - error) < 1e-4 * found)
    }

    @Test func learningFromTheTeacherBringsOutputsNearer() throws {
      let model = try TwoOutputs.model()
      let start = try binary(model)
      let data = QuarterDataset(count: 40)
      let validation = QuarterDataset(count: 20, seed: 9)
      let result = try Trainer(options: options).run(
        start, teacher: model, dataset: data, validation: validation)
      #expect(result.model.graph.outputs == model.graph.outputs)
      #expect(
        result.model.graph.layers.filter(result.model.isBinary).map(\.name) == ["conv2", "conv3"])
      let before = try #require(result.start)
      let kept = try #require(result.kept)
      #expect(before.score.measure == .fidelity)
      #expect(kept.step > 0 && kept.score.value > before.score.value)
      // What was said is what the network that came out does.
      let batch = try #require(
        try BatchLoader(dataset: validation, model: model, batchSize: 20).batches(epoch: 0).next())
      let images = try Tensor(batch.images, shape: [20, 3, 8, 8])
      func fidelities(_ model: Model) throws -> [Double] {
        let ending = try model.endingInScores()
        let teacher = try TwoOutputs.model().endingInScores()
        let y = try Executor(model: teacher).predicted([images])
        let own = try Executor(model: ending).predicted([images])
        return try zip(y, own).map { y, own in
          let spread = try (y - y.mean([0], keepDimensions: true)).square().sum().item()
          return try 100 * (1 - (y - own).square().sum().item() / spread)
        }
      }
      let (first, last) = (try fidelities(start), try fidelities(result.model))
      #expect(abs((first[0] + first[1]) / 2 - before.score.value) < 1e-2)
      #expect(abs((last[0] + last[1]) / 2 - kept.score.value) < 1e-2)
    }

    @Test func labelsNeedOneOutput() throws {
      let model = try TwoOutputs.model()
      var options = options
      options.loss = .crossEntropy()
      #expect {
        try Trainer(options: options).run(model, dataset: QuarterDataset(count: 20))
      } throws: { error in
        guard case .mismatch("the network", _, let found) = error as? TrainingError else {
          return false
        }
        return found == "2: classes, places"
      }
    }

    @Test func aTeacherOfOtherOutputsIsRefused() throws {
      let model = try TwoOutputs.model()
      #expect {
        try Trainer(options: options).run(
          binary(model), teacher: Tiny.model(), dataset: QuarterDataset(count: 20))
      } throws: { error in
        guard case .mismatch("teacher", let expected, let found) = error as? TrainingError else {
          return false
        }
        return expected == "2 outputs of 4, 32 numbers" && found == "4"
      }
    }
  }
}

import SignetData
import SignetModel
import Testing
import Torch

@testable import SignetTraining

extension ProcessGeneratorTests {
  @Suite struct TeacherInputTests {
    private let network = Preprocessing(
      mean: [0.5, 0.25, 0.125], std: [0.5, 0.25, 2])
    private let teacher = Preprocessing(
      scale: 1 / 128, mean: [1, 0.5, 0], std: [1, 0.125, 4])

    /// 2 × 3 × 8 × 8
    private func images(_ preprocessing: Preprocessing) throws -> Tensor {
      let values = (0..<2 * 3 * 64).map { index in
        let channel = index / 64 % 3
        return (Float(index * 37 % 256) * preprocessing.scale - preprocessing.mean[channel])
          / preprocessing.std[channel]
      }
      return try Tensor(values, shape: [2, 3, 8, 8])
    }

    @Test func teacherSeesTheSameBytes() throws {
      let input = try TeacherInput(network: network, teacher: teacher)
      let found = try input(images(network)).toFloats()
      for (found, expected) in zip(found, try images(teacher).toFloats()) {
        #expect(abs(found - expected) < 1e-5 * (1 + abs(expected)))
      }
    }

    @Test func imagesStayWhereNothingDiffers() throws {
      var same = network
      same.resizeShorterSide = 9
      let images = try images(network)
      let found = try TeacherInput(network: network, teacher: same)(images)
      #expect(try found.toFloats() == images.toFloats())
    }

    @Test func distillationConvertsImages() throws {
      let model = try Tiny.model().with(preprocessing: teacher)
      var options = TrainingOptions()
      options.loss = .distillation(temperature: 2, labelsWeight: 0)
      options.precision = .float32
      let scores = try Tensor((0..<8).map { Float($0 * $0 % 5) }, shape: [2, 4])
      let loss = try TrainingLoss(
        options: options, network: Tiny.model().with(preprocessing: network), kinds: [.scores],
        teacher: model)
      let found = try loss(
        outputs: [scores], teacher: loss.teacherOutputs(for: [images(network)]),
        targets: Targets(labels: Tensor([0, 1] as [Int64], shape: [2])))
      let answers = try Executor(model: model.foldingBatchNorms()).forward(images(teacher))
      let expected = try TrainingLoss.distillation(
        scores: scores, teacher: answers, temperature: 2)
      let values = try (found.toFloats()[0], expected.toFloats()[0])
      #expect(abs(values.0 - values.1) < 1e-4 * values.1)
      let unconverted = try TrainingLoss.distillation(
        scores: scores, teacher: Executor(model: model).forward(images(network)), temperature: 2)
      #expect(try abs(unconverted.toFloats()[0] - values.1) > 1e-2 * values.1)
    }

    @Test func channelOrderMustBeTheNetworks() throws {
      let model = try Tiny.model()
      var reversed = Tiny.preprocessing
      reversed.channelOrder = .bgr
      let teacher = try model.with(preprocessing: reversed)
      #expect {
        try Trainer(options: TrainingOptions()).run(
          model, teacher: teacher, dataset: QuarterDataset(count: 4))
      } throws: { error in
        "\(error)".contains("the network's channel order rgb")
      }
    }
  }
}

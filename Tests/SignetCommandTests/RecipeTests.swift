import ArgumentParser
import SignetData
import SignetTraining
import Testing

@testable import signet

/// What a recipe sets, and what options given beside it say otherwise.
@Suite struct RecipeTests {
  private func resolved(_ words: String..., isBinary: Bool = false) throws -> TrainingOptions {
    try TrainingArguments.parse(words).resolved(
      over: isBinary ? .finetuning : TrainingOptions(), isBinary: isBinary, threads: 1)
  }

  @Test func aResNetIsTrainedAsInItsPaper() throws {
    let options = try resolved("--recipe", "imagenet-resnet")
    #expect(options.duration == .epochs(90))
    #expect(options.batchSize == 256)
    #expect(options.optimizer == .sgd(momentum: 0.9, nesterov: false))
    #expect(options.learningRate == 0.1)
    #expect(options.weightDecay == 1e-4)
    // A tenth after 30 epochs and after 60.
    let rates = [29.0, 31, 61].map {
      options.schedule.factor(step: Int($0 * 10), total: 900, warmup: 0)
    }
    #expect(rates[0] == 1 && abs(rates[1] - 0.1) < 1e-12 && abs(rates[2] - 0.01) < 1e-12)
    #expect(options.augmentation.resizedCrop == ResizedCrop())
    #expect(options.augmentation.flip)
    #expect(options.augmentation.colorJitter == ColorJitter(strength: 0.4))
    #expect(options.augmentation.lighting == Lighting(deviation: 0.1))
  }

  @Test func anAlexNetHasItsOwn() throws {
    let options = try resolved("--recipe", "imagenet-alexnet")
    #expect((options.batchSize, options.learningRate, options.weightDecay) == (128, 0.01, 5e-4))
    #expect(options.augmentation.colorJitter == nil)
  }

  @Test func binaryWeightsKeepTheirOptimizer() throws {
    let options = try resolved("--recipe", "imagenet-resnet", isBinary: true)
    #expect(options.duration == .epochs(30))
    #expect(options.optimizer == TrainingOptions.finetuning.optimizer)
    #expect(options.learningRate == TrainingOptions.finetuning.learningRate)
    #expect(options.batchSize == 256)
    #expect(options.augmentation.lighting != nil)
  }

  @Test func otherOptionsHaveTheLastWord() throws {
    let options = try resolved(
      "--recipe", "imagenet-resnet", "--steps", "7", "--batch-size", "32", "--color-jitter", "0",
      "--lighting", "0.2", "--optimizer", "adam")
    #expect(options.duration == .steps(7))
    #expect(options.batchSize == 32)
    #expect(options.augmentation.colorJitter == nil)
    #expect(options.augmentation.lighting == Lighting(deviation: 0.2))
    #expect(options.augmentation.resizedCrop != nil)
    let plain = try resolved("--recipe", "imagenet-resnet", "--augment", "none")
    #expect(plain.augmentation == .none)
  }

  @Test func withoutARecipeNothingIsNew() throws {
    #expect(try resolved().augmentation == .cifar)
    #expect(try resolved("--augment", "resized-crop").augmentation == .imageNet)
    #expect(try resolved("--color-jitter", "0.3").augmentation.colorJitter?.contrast == 0.3)
  }

  @Test func frozenCodesDoNotMove() throws {
    var options = try resolved(isBinary: true)
    try BinaryTrainingArguments.parse(["--freeze-codes"]).apply(to: &options)
    #expect(options.latentLearningRate == 0)
    #expect(options.straightThrough.dampening == nil)
  }
}

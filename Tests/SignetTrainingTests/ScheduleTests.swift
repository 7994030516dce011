import Testing

@testable import SignetTraining

@Suite struct ScheduleTests {
  private func factors(
    _ schedule: LearningRateSchedule, total: Int = 8, warmup: Int = 0
  ) -> [Double] {
    (0..<total).map { schedule.factor(step: $0, total: total, warmup: warmup) }
  }

  private func isClose(_ a: [Double], _ b: [Double]) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) < 1e-12 }
  }

  @Test func constant() {
    #expect(factors(.constant) == [Double](repeating: 1, count: 8))
  }

  @Test func cosineGoesFromOneTowardsZero() {
    let expected = [1, 0.5 + 0.5 * 0.5.squareRoot(), 0.5, 0.5 - 0.5 * 0.5.squareRoot()]
    #expect(isClose(factors(.cosine, total: 4), expected))
    #expect(abs(LearningRateSchedule.cosine.factor(step: 8, total: 8, warmup: 0)) < 1e-12)
  }

  @Test func steps() {
    let expected = [1, 1, 1, 1, 0.1, 0.1, 0.01, 0.01]
    #expect(isClose(factors(.step()), expected))
    #expect(
      isClose(
        factors(.step(milestones: [0.25], factor: 0.5)),
        [1, 1] + [Double](repeating: 0.5, count: 6)))
  }

  @Test func warmupIsLinearAndCosineStartsAfterIt() {
    let factors = factors(.cosine, total: 8, warmup: 4)
    #expect(isClose(Array(factors[..<5]), [0.25, 0.5, 0.75, 1, 1]))
    #expect(isClose([factors[6]], [0.5]))
  }

  @Test func shortRunsRiseAsSlowlyAsLongOnesAndComeDown() {
    // A hundred steps of warm-up: two steps take 1 % of the rate, 20 reach 10 % halfway.
    #expect(isClose(factors(.cosine, total: 2, warmup: 100), [0.01, 0.01]))
    let twenty = factors(.cosine, total: 20, warmup: 100)
    #expect(isClose(Array(twenty[..<11]), (1...10).map { Double($0) / 100 } + [0.1]))
    #expect(isClose([twenty[15]], [0.05]) && twenty[19] < 0.003)
    #expect(factors(.cosine, total: 1000, warmup: 100).max() == 1)
  }

  @Test func smallerBatchesLearnMoreSlowly() {
    let options = TrainingOptions(batchSize: 128)
    for optimizer in [TrainingOptions.Optimizer.sgd(), .adam()] {
      #expect(options.learningRate(0.002, at: 128, with: optimizer) == 0.002)
      #expect(options.learningRate(0.002, at: 512, with: optimizer) == 0.002)
    }
    #expect(options.learningRate(0.002, at: 4, with: .sgd()) == 0.0000625)
    #expect(options.learningRate(0.002, at: 2, with: .adam()) == 0.00025)
  }

  @Test func statisticsAreOfAsManyImages() {
    let options = TrainingOptions(batchSize: 128, statisticsBatches: 10)
    #expect(options.statisticsBatches(at: 128) == 10)
    #expect(options.statisticsBatches(at: 24) == 54)
    #expect(options.statisticsBatches(at: 512) == 10)
  }

  @Test func learningRatesOfLatentsAndTheRest() {
    var options = TrainingOptions(optimizer: .adam(), learningRate: 1)
    #expect(options.learningRates(hasLatents: true) == (1, 0.1))
    #expect(options.learningRates(hasLatents: false) == (1, 1))
    options.latentLearningRate = 5
    #expect(options.learningRates(hasLatents: true) == (5, 1))
    options = TrainingOptions(optimizer: .sgd(), learningRate: 1)
    #expect(options.learningRates(hasLatents: true) == (1, 1))
  }

  @Test func durations() {
    #expect(TrainingOptions(duration: .epochs(1.5)).totalSteps(batchesPerEpoch: 10) == 15)
    #expect(TrainingOptions(duration: .steps(7)).totalSteps(batchesPerEpoch: 10) == 7)
    #expect(TrainingOptions(duration: .epochs(0.001)).totalSteps(batchesPerEpoch: 10) == 1)
  }

  @Test func senselessOptionsAreNamed() {
    func name(_ change: (inout TrainingOptions) -> Void) -> String? {
      var options = TrainingOptions()
      change(&options)
      do {
        try options.check()
        return nil
      } catch {
        guard case .option(let name, _, _) = error else { return "other" }
        return name
      }
    }
    #expect(name { _ in } == nil)
    #expect(name { $0.duration = .epochs(0) } == "epochs")
    #expect(name { $0.duration = .steps(-1) } == "steps")
    #expect(name { $0.batchSize = 0 } == "batchSize")
    #expect(name { $0.learningRate = .nan } == "learningRate")
    #expect(name { $0.optimizer = .sgd(momentum: 1) } == "momentum")
    #expect(name { $0.loss = .distillation(temperature: 0) } == "temperature")
    #expect(name { $0.loss = .crossEntropy(labelSmoothing: 1) } == "labelSmoothing")
  }
}

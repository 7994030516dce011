import Foundation
import SignetData
import SignetModel
import Testing
import ThrownErrors
import Torch

@testable import SignetTraining

extension ProcessGeneratorTests {
  /// How many steps fit a time.
  @Suite struct PaceTests {
    private let data = QuarterDataset(count: 48)

    private func trainer(steps: Int = 12) -> Trainer {
      Trainer(
        options: TrainingOptions(
          duration: .steps(steps), batchSize: 16, augmentation: .none, precision: .float32,
          checkpointEverySteps: 1))
    }

    @Test func moreTimeIsMoreSteps() throws {
      let model = try Tiny.model()
      let few = try trainer().steps(within: 1, model, dataset: data)
      let many = try trainer().steps(within: 1000, model, dataset: data)
      #expect(few >= 1)
      // Noise of the machine aside, a thousand times as many.
      #expect(many > 50 * few)
    }

    @Test func aStepIsTakenWhateverTheTime() throws {
      #expect(try trainer().steps(within: 1e-6, Tiny.model(), dataset: data) == 1)
    }

    @Test func theTrialLeavesTheModelAlone() throws {
      let model = try Tiny.model()
      let alone = try trainer().run(model, dataset: data).model
      _ = try trainer().steps(within: 1, model, dataset: data)
      let after = try trainer().run(model, dataset: data).model
      #expect(alone.weights == after.weights)
    }

    @Test func aCheckpointSaysWhatWasPlanned() throws {
      try withTemporaryFolder { folder in
        let file = folder.appendingPathComponent("checkpoint")
        let model = try Tiny.model()
        #expect(CheckpointFile.plannedSteps(of: file) == nil)
        _ = try trainer(steps: 7).run(model, dataset: data, checkpoint: file)
        #expect(CheckpointFile.plannedSteps(of: file) == 7)
        let steps = try trainer().steps(
          within: 1000, model, dataset: data, checkpoint: file)
        #expect(steps == 7)
      }
    }

    @Test func whoWishesTheEndIsHeard() throws {
      let error = #expect(throws: TrainingError.self) {
        try trainer().steps(
          within: 1, Tiny.model(), dataset: data, cancellation: Cancellation { true })
      }
      guard case .interrupted = error else {
        Issue.record("\(String(describing: error))")
        return
      }
    }
  }
}

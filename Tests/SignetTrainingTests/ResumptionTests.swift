import Foundation
import SignetData
import SignetModel
import Testing
import ThrownErrors

@testable import SignetTraining

/// What a run that goes on reports, and what it refuses to go on with.
extension ProcessGeneratorTests {
  @Suite struct ResumptionTests {
    /// 3 batches an epoch.
    private let data = QuarterDataset(count: 48)

    private func options(reportEvery steps: Int) -> TrainingOptions {
      TrainingOptions(
        duration: .steps(10), batchSize: 16, learningRate: 0.05, weightDecay: 0,
        precision: .float32, checkpointEverySteps: 1, progressEverySteps: steps, threads: 1)
    }

    /// Reports by step, and of a run that was stopped those of its last part alone.
    private func reports(
      _ trainer: Trainer, validation: (any ImageDataset)? = nil, checkpoint: URL? = nil,
      stopAt stop: Int? = nil
    ) throws -> [Int: TrainingProgress] {
      var reports: [Int: TrainingProgress] = [:]
      do {
        _ = try trainer.run(
          try Tiny.model(), dataset: data, validation: validation, checkpoint: checkpoint,
          cancellation: stop.map { .after(checks: $0) } ?? .none,
          progress: { reports[$0.step] = $0 })
      } catch TrainingError.interrupted where stop != nil {}
      return reports
    }

    @Test(arguments: [1, 2, 4, 5, 7, 8])
    func aReportAfterAStopIsOfTheWholeStretch(stop: Int) throws {
      let trainer = Trainer(options: options(reportEvery: 4))
      let whole = try reports(trainer)
      #expect(whole.keys.sorted() == [0, 3, 4, 6, 8, 9])
      try withTemporaryFolder { folder in
        let checkpoint = folder.appendingPathComponent("state")
        _ = try reports(trainer, checkpoint: checkpoint, stopAt: stop)
        let rest = try reports(trainer, checkpoint: checkpoint)
        #expect(rest.keys.allSatisfy { $0 > stop } && !rest.isEmpty)
        for (step, report) in rest {
          #expect(report.loss == whole[step]?.loss, "step \(step)")
          #expect(report.accuracy == whole[step]?.accuracy, "step \(step)")
        }
      }
    }

    @Test func changedImagesAreRefusedByName() throws {
      let trainer = Trainer(options: options(reportEvery: 4))
      try withTemporaryFolder { folder in
        let checkpoint = folder.appendingPathComponent("state")
        func images(_ seed: UInt64) -> DatedImages {
          DatedImages(base: data, date: seed)
        }
        func run(_ training: DatedImages, _ validation: DatedImages, stop: Bool) throws {
          _ = try trainer.run(
            try Tiny.model(), dataset: training, validation: validation, checkpoint: checkpoint,
            cancellation: Cancellation { stop })
        }
        #expect(
          thrown(TrainingError.self) { try run(images(1), images(2), stop: true) }
            == "interrupted; the state is in \(checkpoint.path), run again to go on")
        for (training, validation, name) in [(3, 2, "data"), (1, 3, "validation")]
          as [(UInt64, UInt64, String)]
        {
          #expect {
            try run(images(training), images(validation), stop: false)
          } throws: { error in
            guard case .otherRun(_, let differences) = error as? TrainingError else { return false }
            return differences.map(\.name) == [name] && "\(error)".contains("contents")
              && "\(error)".contains("--restart")
          }
        }
        try run(images(1), images(2), stop: false)
      }
      try withTemporaryFolder { folder in
        let checkpoint = folder.appendingPathComponent("state")
        let binarizer = Binarizer(
          options: BinarizationOptions(images: 32, batchSize: 16, effort: .paper))
        let model = try Tiny.model()
        _ = try binarizer.run(
          model, dataset: DatedImages(base: data, date: 1), checkpoint: checkpoint)
        #expect {
          try binarizer.run(
            model, dataset: DatedImages(base: data, date: 2), checkpoint: checkpoint)
        } throws: { error in
          guard case .otherRun(_, let differences) = error as? TrainingError else { return false }
          return differences.map(\.name) == ["data"]
        }
      }
    }

    @Test func optionsAreToldInWords() {
      var options = options(reportEvery: 1)
      options.schedule = .step(milestones: [0.5, 0.75])
      options.loss = .distillation(temperature: 4, labelsWeight: 1, labelSmoothing: 0.1)
      options.augmentation = Augmentation(cropPadding: 4, flip: true, cutout: 8)
      options.straightThrough.gradient = .clipped()
      options.optimizer = .adam()
      var seen: [String: Set<String>] = [:]
      var variants = [options, self.options(reportEvery: 1), .finetuning]
      variants.append(TrainingOptions(duration: .epochs(2.5), optimizer: .sgd(nesterov: false)))
      for variant in variants {
        for (name, text) in variant.described {
          seen[name, default: []].insert(text)
          for sign in ["(", ")", "[", ": ", "SignetData"] {
            #expect(!text.contains(sign), "\(name): \(text)")
          }
        }
      }
      // Different options stay different, or their checkpoints would be mixed up.
      #expect(seen["optimizer"]?.count == 3)
      #expect(
        seen["augmentation"]?.contains("crop from 4 pixels of padding, flip, cutout of 8 pixels")
          == true)
      #expect(
        seen["loss"]?.contains(
          "distillation at temperature 4, labels weigh 1, labels smoothed by 0.1") == true)
      #expect(seen["schedule"]?.contains("times 0.1 at 0.5, 0.75 of the run") == true)
      #expect(seen["duration"]?.contains("2.5 epochs") == true)
    }
  }
}

/// Images that were changed when `date` is another.
private struct DatedImages: ImageDataset {
  let base: QuarterDataset
  let date: UInt64

  var count: Int { base.count }
  var labels: [Int] { base.labels }
  var classNames: [String] { base.classNames }
  var name: String { base.name }

  func pixels(
    at index: Int, shape: Shape, preprocessing: Preprocessing
  ) throws(DataError) -> [UInt8] {
    try base.pixels(at: index, shape: shape, preprocessing: preprocessing)
  }

  func contentDigest(of indices: [Int]) -> String { "\(date)" }
}

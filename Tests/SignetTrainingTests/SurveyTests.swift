import Foundation
import SignetData
import SignetHashing
import SignetModel
import Testing
import ThrownErrors
import Torch

@testable import SignetTraining

/// Layers tried alone, and the bits that follow from it.
@Suite struct SurveyTests {
  private let data = QuarterDataset(count: 40)

  private func options(
    _ change: (inout BinarizationOptions) -> Void
  ) throws -> BinarizationOptions {
    // The trials are of one layer on the float network's inputs, positions alike.
    var options = BinarizationOptions(
      isFisherWeighted: false, refitsFloatLayers: false,
      keep: try KeepPattern(parsing: "first,last"),
      images: 24, batchSize: 10, effort: .starts)
    change(&options)
    return options
  }

  @Test func sensitivityIsThatOfTheNetworkWithOneBinaryLayer() throws {
    let model = try Tiny.model()
    let result = try Binarizer(options: options { $0.measuresSensitivity = true }).run(
      model, dataset: data)
    let record = try #require(result.provenance.layerRecords.first { $0.name == "down" })
    let alone = try Binarizer(
      options: options { $0.keep = try! KeepPattern(parsing: "conv1,block.*,last,fc*") }
    ).run(model, dataset: data)
    let batches = BatchLoader(
      dataset: data, shape: Tiny.shape, preprocessing: Tiny.preprocessing, batchSize: 24,
      shuffleSeed: 0
    ).batches(epoch: 0)
    let batch = try #require(try batches.next())
    let images = try Tensor(batch.images, shape: [24, 3, 8, 8])
    func probabilities(_ model: Model) throws -> [Double] {
      try Executor(model: model).forward(images).softmax(1).toDoubles()
    }
    let (float, binary) = (try probabilities(model), try probabilities(alone))
    let divergence = zip(float, binary).reduce(0) { $0 + $1.0 * log($1.0 / $1.1) } / 24
    let measured = try #require(record.sensitivity)
    #expect(abs(measured.divergence - divergence) < 1e-3 * divergence + 1e-6)
    var changed = 0
    for image in 0..<24 {
      func top(_ values: [Double]) -> Int? {
        (0..<4).max { values[image * 4 + $0] < values[image * 4 + $1] }
      }
      changed += top(float) == top(binary) ? 0 : 1
    }
    #expect(abs(try #require(measured.changedTop1) - Double(changed) / 24) < 1e-9)
  }

  @Test func aBudgetChoosesCodesAndIsKept() throws {
    let model = try Tiny.model()
    var choices: [LayerChoice] = []
    let result = try Binarizer(options: options { $0.budget = 2.5 }).run(
      model, dataset: data, chosen: { choices = $0 })
    #expect(choices.map(\.name) == ["block.conv1", "block.conv2", "down", "fc1", "fc2"])
    #expect(choices == result.provenance.steps.last?.choices)
    var bits = 0
    for choice in choices {
      let weight = try #require(result.weights["\(choice.name).weight"])
      #expect(weight.elementCount == choice.weights)
      #expect(weight.codes?.codeCount ?? 0 == choice.codes)
      #expect((weight.codes?.rows.areEqual ?? true) == (choice.bits == nil))
      #expect(choice.changes.count == 4)
      #expect(choice.changes[3].divergence < choice.changes[0].divergence)
      if weight.codes == nil {
        // Without codes it is in 8 bits.
        guard case .int8 = weight.storage else {
          Issue.record("\(choice.name) is in \(weight.storage)")
          continue
        }
      }
      bits +=
        weight.codes.map { $0.rows.count * $0.patchLength } ?? BudgetChoice.keptBits
        * choice.weights
    }
    let total = choices.reduce(0) { $0 + $1.weights }
    #expect(Double(bits) <= 2.5 * Double(total))
    // All but what is less than one more code of the longest filter.
    #expect(Double(bits) > 2.4 * Double(total))
    for record in result.provenance.layerRecords {
      let choice = try #require(choices.first { $0.name == record.name })
      #expect(record.codes == choice.codes && record.bits == choice.bits)
      #expect(record.sensitivity == (choice.bits == nil ? choice.changes[choice.codes - 1] : nil))
    }
  }

  @Test func aBudgetOfOneBitIsOneCode() throws {
    let model = try Tiny.model()
    let budget = try Binarizer(options: options { $0.budget = 1 }).run(model, dataset: data)
    let plain = try Binarizer(options: options { _ in }).run(model, dataset: data)
    #expect(budget.weights == plain.weights)
  }

  @Test func interruptedAndResumedGivesTheSame() throws {
    let model = try Tiny.model()
    let binarizer = Binarizer(options: try options { $0.budget = 1.7 })
    let whole = try binarizer.run(model, dataset: data)
    try withTemporaryFolder { folder in
      let checkpoint = folder.appendingPathComponent("state")
      // Stops in the middle of the trials and, next, among the layers.
      for limit in [30, 95] {
        #expect(
          thrown(TrainingError.self) {
            try binarizer.run(
              model, dataset: data, checkpoint: checkpoint, cancellation: .after(checks: limit))
          } == "interrupted; the state is in \(checkpoint.path), run again to go on")
        #expect(FileManager.default.fileExists(atPath: checkpoint.path))
      }
      let resumed = try binarizer.run(model, dataset: data, checkpoint: checkpoint)
      #expect(resumed.weights == whole.weights)
      #expect(resumed.provenance == whole.provenance)
    }
  }

  @Test func errorFeedbackLiesBetweenSignsAndHashing() throws {
    let model = try Tiny.model()
    func error(_ method: BinarizationOptions.Method) throws -> Double {
      try Binarizer(options: options { $0.method = method }).run(model, dataset: data)
        .provenance.layerRecords.reduce(0) { $0 + $1.errorAfter }
    }
    let (signs, feedback, hashing) = (
      try error(.bwn), try error(.errorFeedback), try error(.bwnh)
    )
    #expect(hashing < feedback && feedback < signs)
  }

  @Test func wrongBudgetsAndMissingData() throws {
    let model = try Tiny.model()
    var texts: [String] = []
    for budget in [0.5, 33, .nan] {
      texts.append(
        thrown(TrainingError.self) {
          try Binarizer(options: options { $0.budget = budget }).run(model, dataset: data)
        })
    }
    #expect(
      texts == [
        "budget: expected 1.0 to 32.0, found 0.5",
        "budget: expected 1.0 to 32.0, found 33.0",
        "budget: expected 1.0 to 32.0, found nan",
      ])
    #expect(
      thrown(TrainingError.self) {
        try Binarizer(
          options: options {
            $0.method = .bwn
            $0.budget = 2
          }
        ).run(model, dataset: nil)
      } == "budget needs calibration images")
  }
}

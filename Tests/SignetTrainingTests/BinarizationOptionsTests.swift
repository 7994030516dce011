import SignetData
import SignetHashing
import SignetModel
import Testing

@testable import SignetTraining

/// Options are checked in one place, each by its name and with what it may be.
@Suite struct BinarizationOptionsTests {
  struct Wrong: CustomTestStringConvertible, Sendable {
    let name: String
    let expected: String
    let found: String
    let change: @Sendable (inout BinarizationOptions) -> Void
    var testDescription: String { "\(name) \(found)" }
  }

  @Test(arguments: [
    Wrong(name: "images", expected: "1 to 100000000", found: "0") { $0.images = 0 },
    Wrong(name: "heldOutImages", expected: "0 or more", found: "-1") { $0.heldOutImages = -1 },
    Wrong(name: "batchSize", expected: "at least 1", found: "0") { $0.batchSize = 0 },
    Wrong(name: "memoryBytes", expected: "16MiB or more", found: "16777215 bytes") {
      $0.memoryBytes = (16 << 20) - 1
    },
    Wrong(name: "codes", expected: "1 to 4", found: "5") { $0.codes = 5 },
    Wrong(name: "codes", expected: "1 to 4", found: "0") { $0.hashing.codes = 0 },
    Wrong(name: "sweeps", expected: "0 or more", found: "-1") { $0.sweeps = -1 },
    Wrong(name: "budget", expected: "1.0 to 32.0", found: "33.0") { $0.budget = 33 },
    Wrong(name: "budget", expected: "1.0 to 32.0", found: "nan") { $0.budget = .nan },
    Wrong(name: "ridge", expected: "0.0 to 1000.0", found: "inf") { $0.ridge = .infinity },
    Wrong(name: "patchesPerImage", expected: "at least 1", found: "0") { $0.patchesPerImage = 0 },
    Wrong(name: "threads", expected: "at least 1", found: "0") { $0.threads = 0 },
  ])
  func whatMakesNoSenseIsNamedWithWhatDoes(wrong: Wrong) throws {
    var options = BinarizationOptions()
    try options.check()
    wrong.change(&options)
    let model = try Tiny.model()
    #expect {
      try Binarizer(options: options).run(model, dataset: QuarterDataset(count: 4))
    } throws: { error in
      guard case .option(wrong.name, wrong.expected, wrong.found) = error as? TrainingError else {
        return false
      }
      return true
    }
  }

  @Test func levelsOfEffortAreThoseThereAre() throws {
    #expect(try BinarizationOptions.effort(level: 0) == .paper)
    #expect(try BinarizationOptions.effort(level: 3) == .longSearch)
    #expect {
      try BinarizationOptions.effort(level: 4)
    } throws: { error in
      guard case .option("effort", "0 to 3", "4") = error as? TrainingError else { return false }
      return true
    }
  }

  @Test func theSolversOptionsAreThoseOfTheBinarization() {
    let options = BinarizationOptions(seed: 9, effort: .starts, sweeps: 3, codes: 2)
    #expect(
      options.hashing
        == HashingOptions(sweeps: 3, effort: .starts, codes: 2, threads: 1, seed: 9))
    var paper = options
    paper.keepToThePaper()
    #expect(paper.hashing.effort == .paper && paper.codes == 2 && !paper.isFisherWeighted)
  }
}

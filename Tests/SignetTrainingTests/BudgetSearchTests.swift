import SignetModel
import Testing
import ThrownErrors

@testable import SignetTraining

/// The smallest budget that keeps enough of the float network.
@Suite struct BudgetSearchTests {
  /// Bisects where `kept` of a budget is what a network would keep.
  private func search(wanted: Double, kept: (Double) -> Double) -> BudgetSearch {
    var search = BudgetSearch(trials: [])
    while let bits = search.next {
      search.add(BudgetTrial(bits: bits, kept: kept(bits), wanted: wanted))
    }
    return search
  }

  @Test func bisectsToTheSmallestThatSuffices() throws {
    for edge in [1.02, 1.3, 2.2, 3.9] {
      let search = search(wanted: 99) { $0 >= edge ? 99.5 : 98 }
      let best = try #require(search.best)
      #expect(best.suffices && best.bits >= edge && best.bits < edge + 0.1)
      #expect(search.trials.count <= BudgetSearch.most)
      #expect(Set(search.trials.map(\.bits)).count == search.trials.count)
    }
  }

  @Test func endsAtOnceWhereTheEndsDecide() {
    let all = search(wanted: 90) { _ in 95 }
    #expect(all.trials.map(\.bits) == [4, 1] && all.best?.bits == 1)
    let none = search(wanted: 99) { 90 + $0 }
    #expect(none.trials.map(\.bits) == [4])
    #expect(none.best?.suffices == false && none.best?.bits == 4)
  }

  private func options(drop: Double) throws -> BinarizationOptions {
    BinarizationOptions(
      keep: try KeepPattern(parsing: "first,last"), images: 24, batchSize: 10, effort: .starts,
      targetDrop: drop)
  }

  @Test func findsWhatABudgetAloneGives() throws {
    let model = try Tiny.model()
    let data = QuarterDataset(count: 60)
    var trials: [BudgetTrial] = []
    let options = try options(drop: 20)
    let found = try Binarizer(options: options).run(
      model, dataset: data, tried: { trials.append($0) })
    let step = try #require(found.provenance.steps.last)
    let bits = try #require(step.options["budget"].flatMap(Double.init))
    let best = try #require(trials.first { $0.bits == bits })
    #expect(best.kept == step.results["agreement"] && best.wanted == 80)
    #expect(trials.allSatisfy { !$0.suffices || $0.bits >= bits })
    var alone = options
    alone.targetDrop = nil
    alone.budget = bits
    let direct = try Binarizer(options: alone).run(model, dataset: data)
    #expect(found.weights == direct.weights)
    #expect(step.options["targetDrop"] == "20.0")
  }

  @Test func interruptedAndResumedGivesTheSame() throws {
    let model = try Tiny.model()
    let data = QuarterDataset(count: 60)
    let binarizer = Binarizer(options: try options(drop: 20))
    let whole = try binarizer.run(model, dataset: data)
    try withTemporaryFolder { folder in
      let checkpoint = folder.appendingPathComponent("state")
      for limit in [60, 150, 300] {
        do {
          _ = try binarizer.run(
            model, dataset: data, checkpoint: checkpoint, cancellation: .after(checks: limit))
        } catch TrainingError.interrupted {}
      }
      let resumed = try binarizer.run(model, dataset: data, checkpoint: checkpoint)
      #expect(resumed.weights == whole.weights)
      #expect(resumed.provenance == whole.provenance)
    }
  }

  @Test func whatMakesNoSenseIsRefused() throws {
    let model = try Tiny.model()
    func text(_ change: (inout BinarizationOptions) -> Void) throws -> String {
      var options = try options(drop: 1)
      change(&options)
      return thrown(TrainingError.self) {
        try Binarizer(options: options).run(model, dataset: QuarterDataset(count: 40))
      }
    }
    #expect(try text { $0.targetDrop = 101 } == "targetDrop: expected 0.0 to 100.0, found 101.0")
    #expect(try text { $0.budget = 2 } == "targetDrop: expected no budget beside it, found 1.0")
    #expect(
      try text { $0.heldOutImages = 0 }
        == "heldOutImages: expected 1 or more with targetDrop, found 0")
  }
}

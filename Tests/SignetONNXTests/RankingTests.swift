import SignetModel
import SignetRuntime
import Testing

@testable import SignetONNX

/// Operators whose results stand where other values say.
@Suite struct RankingTests {
  private func scores(_ file: TestFile, _ images: [Float], count: Int = 1) throws -> [Float] {
    let options = Engine.Options(maximumBatch: count, isExact: true)
    return try Engine(model: try file.model(), options: options).run(images, count: count)
  }

  @Test func runningSums() throws {
    for (isReverse, isExclusive, expected) in [
      (false, false, [1, 3, 6, 10, 15] as [Float]), (true, false, [15, 14, 12, 9, 5]),
      (false, true, [0, 1, 3, 6, 10]), (true, true, [14, 12, 9, 5, 0]),
    ] {
      var file = TestFile(input: [nil, 5])
      file.integers("axis", [1], dims: [])
      file.node(
        "CumSum", ["image", "axis"], "out",
        attributes: [.flag("reverse", isReverse), .flag("exclusive", isExclusive)])
      #expect(try scores(file, [1, 2, 3, 4, 5]) == expected)
    }
  }

  @Test func theLargestComeInOrderAndTheFirstOfEqualOnesFirst() throws {
    var file = TestFile(input: [nil, 5])
    file.integers("count", [3])
    file.node("TopK", ["image", "count"], "values", "places")
    file.node("Cast", ["places"], "numbers", attributes: [.float32])
    file.node("Concat", ["values", "numbers"], "out", attributes: [.integer("axis", 1)])
    let images: [Float] = [2, 7, 7, -1, 5, 0, 0, 0, 0, 1]
    #expect(
      try scores(file, images, count: 2) == [7, 7, 5, 1, 2, 4, 1, 0, 0, 4, 0, 1])
  }

  @Test func elementsAtComputedPlaces() throws {
    var file = TestFile(input: [nil, 2, 3])
    file.node("ArgMin", ["image"], "place", attributes: [.integer("axis", 2)])
    file.node("GatherElements", ["image", "place"], "out", attributes: [.integer("axis", 2)])
    #expect(try scores(file, [4, 2, 9, 8, 7, 6]) == [2, 6])
  }

  @Test func sumsOfProducts() throws {
    var file = TestFile(input: [nil, 2, 3])
    file.node(
      "Einsum", ["image", "image"], "out", attributes: [.string("equation", "bij,bkj->bki")])
    #expect(try scores(file, [1, 2, 3, 4, 5, 6]) == [14, 32, 32, 77])
    for equation in ["...ij,...kj->...ik", "bii->b", "bij->bij", "bij,bkj->jik"] {
      var odd = TestFile(input: [nil, 3, 3])
      odd.node("Einsum", ["image", "image"], "out", attributes: [.string("equation", equation)])
      #expect(try odd.problems().map(\.attribute) == ["equation"], "\(equation)")
    }
  }

  @Test func whatIsNotTaken() throws {
    var many = TestFile(input: [nil, 5])
    many.integers("count", [6])
    many.node("TopK", ["image", "count"], "out")
    #expect(try many.problems().map(\.attribute) == ["K"])
    var outside = TestFile(input: [nil, 5])
    outside.integers("places", [5], dims: [1, 1])
    outside.node("GatherElements", ["image", "places"], "out", attributes: [.integer("axis", 1)])
    #expect(try outside.problems().map(\.attribute) == ["indices"])
  }
}

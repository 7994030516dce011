import SignetModel
import SignetRuntime
import Testing

@testable import SignetONNX

/// Operators that read or write elements at places, where values are computed.
@Suite struct PlacesTests {
  private func run(_ file: TestFile, _ images: [Float], count: Int = 1) throws -> [Float] {
    try Engine(
      model: try file.model(), options: Engine.Options(maximumBatch: count, isExact: true)
    ).run(images, count: count)
  }

  /// A detector that writes decoded boxes over raw ones, in place.
  @Test func tuplesAreWrittenTo() throws {
    var file = TestFile(input: [1, 2, 3])
    file.floats("two", [], [2])
    file.integers("start", [1])
    file.integers("end", [3])
    file.integers("axis", [2])
    file.node("Slice", ["image", "start", "end", "axis"], "part")
    file.node("Mul", ["part", "two"], "double")
    // [0, row, 1] and [0, row, 2] of both rows.
    file.integers(
      "places", [0, 0, 1, 0, 0, 2, 0, 1, 1, 0, 1, 2], dims: [1, 2, 2, 3])
    file.node("ScatterND", ["image", "places", "double"], "out")
    #expect(try run(file, [1, 2, 3, 4, 5, 6]) == [1, 4, 6, 4, 10, 12])
  }

  @Test func constantsAreWrittenToComputedPlaces() throws {
    var file = TestFile(input: [1, 4])
    file.integers("places", [3, 0], dims: [1, 2])
    file.floats("new", [1, 2], [7, 9])
    file.node(
      "ScatterElements", ["image", "places", "new"], "out", attributes: [.integer("axis", 1)])
    #expect(try run(file, [1, 2, 3, 4]) == [9, 2, 3, 7])
  }

  @Test func whichSampleIsMeantMustBeClear() throws {
    var file = TestFile(input: [nil, 4])
    file.integers("places", [0, 1, 0, 3], dims: [2, 2])
    file.node("GatherND", ["image", "places"], "out")
    #expect(
      try file.problems().map { "\($0.expected), not \($0.found)" } == [
        "places in every sample, not the same for any batch"
      ])
    var out = TestFile(input: [1, 4])
    out.integers("places", [0, 4], dims: [1, 2])
    out.node("GatherND", ["image", "places"], "out")
    #expect(
      try out.problems().map { "\($0.expected), not \($0.found)" } == [
        "places within 0..<4, not 4"
      ])
  }

  @Test func tuplesAreRead() throws {
    var file = TestFile(input: [1, 2, 2])
    file.integers("places", [0, 1, 0, 0, 0, 1], dims: [2, 3])
    file.node("GatherND", ["image", "places"], "out")
    let model = try file.model()
    #expect(model.interface?.outputs.map(\.batchAxis) == [nil])
    #expect(try run(file, [1, 2, 3, 4]) == [3, 2])
  }

  /// A class token in front of patches.
  @Test func constantsAreJoinedToValues() throws {
    var file = TestFile(input: [nil, 2, 2])
    file.floats("token", [1, 1, 2], [10, 20])
    file.node("Concat", ["token", "image"], "out", attributes: [.integer("axis", 1)])
    #expect(
      try run(file, [1, 2, 3, 4, 5, 6, 7, 8], count: 2) == [
        10, 20, 1, 2, 3, 4, 10, 20, 5, 6, 7, 8,
      ])
  }

  @Test func foldedPlaces() throws {
    var file = TestFile(input: [nil, 6])
    file.integers("zeros", [0, 0, 0, 0, 0, 0], dims: [2, 3])
    file.integers("rows", [1, 0, 0, 2], dims: [2, 2])
    file.integers("new", [5, 7])
    file.node("ScatterND", ["zeros", "rows", "new"], "grid")
    file.node("NonZero", ["grid"], "places")
    file.integers("one", [1])
    file.node("Gather", ["places", "one"], "columns", attributes: [.integer("axis", 0)])
    file.integers("drop", [0])
    file.node("Squeeze", ["columns", "drop"], "column")
    file.node("Gather", ["image", "column"], "out", attributes: [.integer("axis", 1)])
    // 7 stands at [0, 2] and 5 at [1, 0].
    #expect(try run(file, [1, 2, 3, 4, 5, 6]) == [3, 1])
  }
}

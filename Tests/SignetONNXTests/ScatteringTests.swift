import SignetModel
import SignetRuntime
import Testing

@testable import SignetONNX

/// Elements reduced with others scattered onto them, several onto one.
@Suite struct ScatteringTests {
  private let reductions: [(String, (Float, Float) -> Float)] = [
    ("add", { $0 + $1 }), ("mul", { $0 * $1 }), ("max", { max($0, $1) }), ("min", { min($0, $1) }),
  ]
  private let image: [Float] = [3, -1, 4, 1, -5]
  private let updates: [Float] = [2, 7, -3, 5]
  private let places = [1, 3, 1, 1]

  private func scores(_ file: TestFile, _ images: [Float]) throws -> [Float] {
    try Engine(model: try file.model(), options: .init(isExact: true)).run(images, count: 1)
  }

  private func expected(_ reduce: (Float, Float) -> Float) -> [Float] {
    var result = image
    for (place, update) in zip(places, updates) { result[place] = reduce(result[place], update) }
    return result
  }

  @Test func ofComputedValues() throws {
    for (name, reduce) in reductions {
      var file = TestFile(input: [1, 5], operatorSet: 18)
      file.integers("places", places, dims: [1, 4])
      file.floats("updates", [1, 4], updates)
      file.node(
        "ScatterElements", ["image", "places", "updates"], "out",
        attributes: [.integer("axis", 1), .string("reduction", name)])
      #expect(try scores(file, image) == expected(reduce), "\(name)")
      file.proto.graph.node.removeAll()
      file.integers("tuples", places.flatMap { [0, $0] }, dims: [4, 2])
      file.floats("row", [4], updates)
      file.node(
        "ScatterND", ["image", "tuples", "row"], "out", attributes: [.string("reduction", name)])
      #expect(try scores(file, image) == expected(reduce), "\(name)")
    }
  }

  @Test func ofConstants() throws {
    for (name, reduce) in reductions {
      var file = TestFile(input: [1, 5], operatorSet: 18)
      file.floats("data", [1, 5], image)
      file.integers("places", places, dims: [1, 4])
      file.floats("updates", [1, 4], updates)
      file.node(
        "ScatterElements", ["data", "places", "updates"], "sums",
        attributes: [.integer("axis", 1), .string("reduction", name)])
      file.node("Add", ["image", "sums"], "out")
      #expect(try scores(file, [0, 0, 0, 0, 0]) == expected(reduce), "\(name)")
    }
  }

  @Test func otherReductionsAreRefused() throws {
    var file = TestFile(input: [1, 5], operatorSet: 18)
    file.integers("places", [0], dims: [1, 1])
    file.floats("updates", [1, 1], [1])
    file.node(
      "ScatterElements", ["image", "places", "updates"], "out",
      attributes: [.integer("axis", 1), .string("reduction", "mean")])
    let problems = try file.problems()
    #expect(problems.map(\.expected) == ["none, add, mul, max or min"])
    #expect(problems.map(\.found) == ["mean"])
  }
}

import Foundation
import SignetModel
import Testing

@testable import SignetData

/// Gives the same outputs whatever it sees.
private final class Fixed: NamedNetwork {
  let inputs: [GraphInput]
  private let rows: [String: [[Float]]]
  private var done = 0

  init(_ rows: [String: [[Float]]], input: Shape = .map(3, 4, 5)) {
    self.rows = rows
    inputs = [GraphInput(name: "image", shape: input)]
  }

  func outputs(_ inputs: [String: DenseTensor]) throws -> [String: DenseTensor] {
    let count = inputs["image"]?.extents[0] ?? 0
    defer { done += count }
    return rows.compactMapValues { rows in
      let own = rows[done..<done + count]
      return DenseTensor(extents: [count, own.first?.count ?? 0], values: own.flatMap { $0 })
    }
  }
}

@Suite struct OutputFidelityTests {
  /// Two outputs, `a` of class scores and `b` of a number.
  private func model() throws -> Model {
    var builder = GraphBuilder(inputs: [GraphInput(name: "image", shape: .map(3, 4, 5))])
    builder.append("mean", .globalAveragePool, "image")
    builder.append("flat", .flatten, "mean")
    builder.append("probabilities", .softmax(axis: 0), "flat")
    builder.append(
      "sum",
      .reduce(Reduction(function: .sum, extents: [3, 4, 5], axes: [0, 1, 2], shape: .vector(1))),
      "image")
    return try Model(
      graph: builder.graph(outputs: [
        GraphOutput(name: "a", value: "probabilities"), GraphOutput(name: "b", value: "sum"),
      ]), weights: [:], preprocessing: .cifar)
  }

  private let expected: [String: [[Float]]] = [
    "a": [[3, 0, 4], [0, 2, 0], [1, 0, 0]], "b": [[2], [4], [4]],
  ]

  @Test func measuresAreWhatTheySay() throws {
    let found: [String: [[Float]]] = [
      "a": [[3, 0, 4], [2, 0, 0], [2, 0, 0]], "b": [[2], [4], [1]],
    ]
    let (outputs, images) = try OutputFidelity.measure(
      Fixed(found), against: Fixed(expected), of: model(), dataset: CountingImages(count: 3),
      batchSize: 2)
    #expect(images == 3 && outputs.map(\.name) == ["a", "b"])
    // Errors 2² + 2² + 1² of 25 + 4 + 1; cosines 1, 0 and 1; the second sample's largest moved.
    #expect(abs(outputs[0].relativeError - (9.0 / 30).squareRoot()) < 1e-12)
    #expect(abs(outputs[0].cosine - 2.0 / 3) < 1e-12 && outputs[0].largestError == 2)
    #expect(abs((outputs[0].agreement ?? 0) - 200.0 / 3) < 1e-9)
    #expect(abs(outputs[1].relativeError - 0.5) < 1e-12 && outputs[1].agreement == nil)
    #expect(outputs.allSatisfy { $0.psnr == nil })
  }

  @Test func whatCannotBeComparedIsNamed() throws {
    let model = try model()
    #expect(throws: EvaluationError.output(name: "b")) {
      try OutputFidelity.measure(
        Fixed(expected), against: Fixed(["a": [[1, 2, 3]]]), of: model,
        dataset: CountingImages(count: 1))
    }
    #expect(throws: EvaluationError.otherInputs(expected: ["3×4×5"], found: ["1×4×5"])) {
      try OutputFidelity.measure(
        Fixed(expected), against: Fixed(expected, input: .map(1, 4, 5)), of: model,
        dataset: CountingImages(count: 1))
    }
    // The only image cannot be read, noted or not.
    for skipping in [nil, { (_: DataError) in }] {
      #expect(throws: CountingImages.failure(0)) {
        try OutputFidelity.measure(
          Fixed(expected), against: Fixed(expected), of: model,
          dataset: CountingImages(count: 1, broken: 0), skipping: skipping)
      }
    }
  }

  @Test func archivesReadBack() throws {
    let tensors = [
      "boxes": DenseTensor(extents: [2, 3], values: [1, 2, 3, 4, 5, -0.5]),
      "one/é": DenseTensor(extents: [1], values: [7]),
    ]
    var archive = NPZFile()
    for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
      archive.add(name, try #require(tensor))
    }
    let url = FileManager.default.temporaryDirectory
      .appendingPathComponent("\(UUID().uuidString).npz")
    defer { try? FileManager.default.removeItem(at: url) }
    try archive.bytes.write(to: url)
    let arrays = try ArrayFile.arrays(in: url)
    #expect(arrays.count == 2)
    for array in arrays {
      let tensor = try #require(tensors[array.name] ?? nil)
      #expect(array.extents == tensor.extents)
      #expect(array.floats(from: 0, count: array.elementCount) == tensor.values)
    }
  }
}

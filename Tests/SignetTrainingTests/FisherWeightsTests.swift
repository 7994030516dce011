import SignetData
import SignetHashing
import SignetModel
import Testing
import Torch

@testable import SignetTraining

/// Positions count by how much the class scores feel them.
@Suite struct FisherWeightsTests {
  /// A 1 × 1 convolution, and scores that read position r of the map with weights of size r.
  private func model() throws -> Model {
    var g = GraphBuilder(inputShape: Tiny.shape)
    g.append(
      "conv",
      .convolution(
        Convolution(inputChannels: 3, outputChannels: 2, kernel: Size2D(1), hasBias: false)),
      g.input)
    g.append("flatten", .flatten, "conv")
    g.append("fc", .linear(Linear(inputs: 128, outputs: 4)), "flatten")
    var model = try Tiny.model(graph: g.graph(output: "fc"))
    var random = SplitMix64(seed: 5)
    let pattern = (0..<8).map { _ in Tiny.normal(&random) }  // 4 × 2
    let values = (0..<4 * 128).map { index in
      let (row, filter, position) = (index / 128, index % 128 / 64, index % 64)
      return 0.01 * Float(position) * pattern[row * 2 + filter]
    }
    var weights = model.weights
    weights["fc.weight"] = try Weight(shape: [4, 128], values: values)
    model = try model.with(graph: model.graph, weights: weights, provenance: model.provenance)
    return model
  }

  private func measured(_ change: (inout BinarizationOptions) -> Void = { _ in }) throws
    -> FisherWeights?
  {
    var options = BinarizationOptions(
      keep: try KeepPattern(parsing: "fc"), images: 20, batchSize: 8, effort: .paper)
    change(&options)
    let run = try BinarizationRun(
      options: options, model: model(), dataset: QuarterDataset(count: 30), checkpoint: nil)
    try run.measureFisherWeights()
    return run.fisher
  }

  @Test func isTheRootOfTheSquaredGradients() throws {
    let weights = try #require(try measured())
    var sum = 0.0
    var squares = 0.0
    for (chunk, count) in [(0, 8), (1, 8), (2, 4)] {
      let positions = try #require(weights.weights(ofLayer: 0, chunk: chunk))
      #expect(positions.shape == [count, 64])
      for (index, value) in try positions.toDoubles().enumerated() {
        let (image, position) = (index / 64, index % 64)
        let own = value - Double(FisherWeights.floor)
        sum += 1
        squares += own * own
        // The gradient at position r is r times one vector of the image's.
        let last = try positions.toDoubles()[image * 64 + 63] - Double(FisherWeights.floor)
        #expect(abs(own - last * Double(position) / 63) < 1e-4 * last)
      }
    }
    #expect(abs(squares / sum - 1) < 1e-4)
    #expect(weights.weights(ofLayer: 0, chunk: 3) == nil)
    #expect(weights.weights(ofLayer: 1, chunk: 0) == nil)
  }

  @Test func isRepeatableAndLeftOutWhereNotAskedFor() throws {
    let first = try #require(try measured()?.weights(ofLayer: 0, chunk: 1))
    let second = try #require(try measured()?.weights(ofLayer: 0, chunk: 1))
    #expect(try first.toFloats() == second.toFloats())
    #expect(try measured { $0.isFisherWeighted = false } == nil)
    #expect(try measured { $0.method = .bwn } == nil)
  }

  @Test func scoresThatFeelNothingWeighNothing() throws {
    let silent = try FisherWeights(information: [3: [Tensor.zeros([2, 5])]])
    #expect(silent.weights(ofLayer: 3, chunk: 0) == nil)
  }

  /// The patches of a linear layer are its input, those of a 3×1 kernel are copies.
  @Test(arguments: [false, true])
  func aPatchOfWeightThreeIsThreePatches(copied: Bool) throws {
    let operation: NodeOperation =
      copied
      ? .convolution(
        Convolution(
          inputChannels: 1, outputChannels: 2, kernel: Size2D(height: 3, width: 1)))
      : .linear(Linear(inputs: 3, outputs: 2))
    let layer = try #require(operation.patchExtractions.first)
    let patches: [Float] = [1, 2, -1, 0.5, 3, 2, -2, 1, 4]
    let outputs: [Float] = [1, -1, 2, 0.5, 3, 1]
    let counts = [1, 3, 2]
    let input = try Tensor(patches, shape: copied ? [3, 1, 3, 1] : [3, 3])
    var weighted = GroupSums(extraction: layer.extraction, filters: layer.filters)
    try weighted.add(
      patches: layer.extraction.patches(of: input).flatten(from: 0, to: 1),
      outputs: Tensor(outputs, shape: [3, 2]),
      weights: Tensor(counts.map(Float.init), shape: [3]), products: KernelProducts(threads: 1))
    #expect(try input.toFloats() == patches)
    var repeated = GroupSums(extraction: layer.extraction, filters: layer.filters)
    let rows = counts.enumerated().flatMap { [Int](repeating: $0.offset, count: $0.element) }
    try repeated.add(
      patches: Tensor(rows.flatMap { patches[$0 * 3..<$0 * 3 + 3] }, shape: [6, 3]),
      outputs: Tensor(rows.flatMap { outputs[$0 * 2..<$0 * 2 + 2] }, shape: [6, 2]),
      products: KernelProducts(threads: 1))
    let (left, right) = (try weighted.sums(), try repeated.sums())
    // Six patches in the one, three of mean weight 2 in the other.
    #expect(left.patchCount == 3 && right.patchCount == 6)
    func agree(_ half: [some BinaryFloatingPoint], _ whole: [some BinaryFloatingPoint]) -> Bool {
      zip(half, whole).allSatisfy {
        abs(2 * Double($0) - Double($1)) < 1e-5 * (1 + abs(Double($1)))
      }
    }
    #expect(agree(left.gram, right.gram) && agree(left.correlation, right.correlation))
    #expect(agree(left.inputSum, right.inputSum) && agree(left.outputSum, right.outputSum))
    #expect(agree(left.outputSquares, right.outputSquares))
  }
}

import Foundation
import SignetData
import SignetModel
import Testing
import Torch

@testable import SignetTraining

/// Networks of several outputs, of classes and not: what counts, and what is told.
@Suite struct SeveralOutputsTests {
  private let data = QuarterDataset(count: 40)

  private func options(
    _ change: (inout BinarizationOptions) -> Void = { _ in }
  ) -> BinarizationOptions {
    var options = BinarizationOptions(images: 24, batchSize: 10, seed: 4, effort: .paper)
    change(&options)
    return options
  }

  /// Images as the seed shuffles them.
  private func images(_ range: Range<Int>, seed: UInt64) throws -> Tensor {
    let batch = try #require(
      try BatchLoader(
        dataset: data, shape: Tiny.shape, preprocessing: Tiny.preprocessing, batchSize: 40,
        shuffleSeed: seed
      ).batches(epoch: 0).next())
    return try Tensor(batch.images, shape: [40, 3, 8, 8]).narrow(
      0, start: range.lowerBound, length: range.count)
  }

  @Test func kindsAreTheOutputsOwn() throws {
    #expect(try TwoOutputs.model().outputKinds == [.probabilities, .map])
    // Nobody says that one of several vectors is one of scores.
    #expect(try TwoOutputs.model(softmax: false).outputKinds == [.values, .map])
  }

  @Test func fidelityIsTheMeanAndToldPerOutput() throws {
    let model = try TwoOutputs.model()
    let binary = try Binarizer(options: options()).run(model, dataset: data)
    let results = try #require(binary.provenance.steps.last?.results)
    let images = try images(24..<40, seed: 4)
    let y = try Executor(model: model).predicted([images])
    let other = try Executor(model: binary).predicted([images])
    var fidelities: [Double] = []
    for (index, name) in ["classes", "places"].enumerated() {
      let error = try (y[index] - other[index]).square().sum().item()
      let spread = try (y[index] - y[index].mean([0], keepDimensions: true)).square().sum().item()
      let own = try #require(results["fidelity:\(name)"])
      #expect(abs(own - 100 * (1 - error / spread)) < 1e-3 * (1 + abs(own)))
      fidelities.append(own)
      #expect(own > (try #require(results["fidelityOfSigns:\(name)"])))
    }
    let mean = (fidelities[0] + fidelities[1]) / 2
    #expect(abs(try #require(results["fidelity"]) - mean) < 1e-9)
    let same = try y[0].argmax(1).eq(other[0].argmax(1)).to(.float32).sum().item()
    #expect(results["agreement:classes"] == 100 * same / 16)
    // Not all outputs are of classes, so there is none of the network.
    #expect(results["agreement"] == nil && results["agreement:places"] == nil)
  }

  @Test func sensitivityIsTheMeanOverTheOutputs() throws {
    let model = try TwoOutputs.model()
    let keep = try KeepPattern(parsing: "conv1,conv3,map,fc")
    let plain = options {
      $0.isFisherWeighted = false
      $0.refitsFloatLayers = false
      $0.keep = keep
      $0.effort = .starts
      $0.measuresSensitivity = true
    }
    let binary = try Binarizer(options: plain).run(model, dataset: data)
    let measured = try #require(binary.provenance.layerRecords.first?.sensitivity)
    let images = try images(0..<24, seed: 4)
    let y = try Executor(model: model).predicted([images])
    let other = try Executor(model: binary).predicted([images])
    // Its own probabilities are the scores, as for a network of one output.
    let (logP, logQ) = (
      try y[0].to(.float64).logSoftmax(1), try other[0].to(.float64).logSoftmax(1)
    )
    let divergence = try (logP.exp() * (logP - logQ)).sum().item() / 24
    let error = try (y[1] - other[1]).square().sum().item() / y[1].square().sum().item()
    #expect(abs(measured.divergence - (divergence + error) / 2) < 1e-4 * measured.divergence)
    let same = try y[0].argmax(1).eq(other[0].argmax(1)).to(.float32).sum().item()
    #expect(abs(try #require(measured.changedTop1) - (1 - same / 24)) < 1e-9)
  }

  @Test func withoutClassesThereIsNoTop1() throws {
    let model = try TwoOutputs.model(softmax: false)
    let plain = options {
      $0.keep = try! KeepPattern(parsing: "conv1,map,fc")
      $0.budget = 2
    }
    let binary = try Binarizer(options: plain).run(model, dataset: data)
    let choices = try #require(binary.provenance.steps.last?.choices)
    #expect(choices.count == 2)
    for choice in choices {
      #expect(choice.changes.allSatisfy { $0.changedTop1 == nil })
      #expect(choice.changes[3].divergence < choice.changes[0].divergence)
      #expect((0...2).contains(choice.changes[0].divergence))
    }
  }

  /// Output 1 reads the upper half of a map, output 2 the lower half a thousand times as strongly.
  @Test func outputsCountAlikeWhateverTheirSize() throws {
    var g = GraphBuilder(inputShape: Tiny.shape)
    g.append(
      "conv",
      .convolution(
        Convolution(inputChannels: 3, outputChannels: 2, kernel: Size2D(1), hasBias: false)),
      g.input)
    g.append("flatten", .flatten, "conv")
    for name in ["upper", "lower"] {
      g.append(name, .linear(Linear(inputs: 128, outputs: 6, hasBias: false)), "flatten")
    }
    let graph = try g.graph(
      outputs: ["upper", "lower"].map { GraphOutput(name: $0, value: $0) })
    var model = try Tiny.model(graph: graph)
    var weights = model.weights
    var random = SplitMix64(seed: 5)
    for (name, positions, scale) in [("upper", 0..<32, Float(1)), ("lower", 32..<64, 1000)] {
      let values = (0..<6 * 128).map { index in
        positions.contains(index % 64) ? scale * Tiny.normal(&random) : 0
      }
      weights["\(name).weight"] = try Weight(shape: [6, 128], values: values)
    }
    model = try model.with(weights: weights)
    let run = try BinarizationRun(
      options: options { $0.keep = try! KeepPattern(parsing: "upper,lower") }, model: model,
      dataset: data, checkpoint: nil)
    try run.measureFisherWeights()
    var halves = [0.0, 0.0]
    for chunk in 0..<3 {
      let positions = try #require(run.fisher?.weights(ofLayer: 0, chunk: chunk))
      for (index, value) in try positions.toDoubles().enumerated() {
        let root = value - FisherWeights.floor
        halves[index % 64 / 32] += root * root
      }
    }
    #expect((0.5...2).contains(halves[0] / halves[1]))
  }

  @Test func directionsOfValuesHaveTheInverseEnergy() throws {
    let directions = FisherDirections(kinds: [.map, .scores])
    let outputs = [try Tensor.zeros([50, 400]), try Tensor.zeros([50, 4])]
    let seeds = try directions.seeds(for: outputs, energies: [25, 1])
      .draw(Generator(seed: 3))
    #expect(seeds.shape == [50, 404])
    let variance = try seeds.narrow(1, start: 0, length: 400).square().mean().item()
    #expect(abs(variance * 25 - 1) < 0.05)
    // diag(p) − ppᵀ with p = 1/4: 3/16 on the diagonal, rows that sum to 0.
    let classes = try seeds.narrow(1, start: 400, length: 4)
    #expect(abs(try classes.square().mean().item() * 16 / 3 - 1) < 0.25)
    #expect(try classes.sum([1]).abs().amax().item() < 1e-5)
  }
}

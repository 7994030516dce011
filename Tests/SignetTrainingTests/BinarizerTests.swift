import Foundation
import HashingOracles
import SignetData
import SignetHashing
import SignetModel
import Testing
import ThrownErrors
import Torch

@testable import SignetTraining

@Suite struct BinarizerTests {
  private let data = QuarterDataset(count: 40)

  private func options(
    _ change: (inout BinarizationOptions) -> Void = { _ in }
  ) -> BinarizationOptions {
    var options = BinarizationOptions(
      compensates: false, isFisherWeighted: false, refitsFloatLayers: false, keep: .none,
      images: 24,
      batchSize: 10, effort: .paper)
    change(&options)
    return options
  }

  /// The calibration images, as the binarizer draws them: count × C × H × W.
  private func calibrationImages(_ count: Int) throws -> Tensor {
    let batches = BatchLoader(
      dataset: data, shape: Tiny.shape, preprocessing: Tiny.preprocessing, batchSize: 10,
      shuffleSeed: 0
    ).batches(epoch: 0)
    var images: [Float] = []
    while let batch = try batches.next() { images += batch.images }
    let size = Tiny.shape.elementCount
    return try Tensor(Array(images[..<(count * size)]), shape: [count, 3, 8, 8])
  }

  private func values(_ model: Model, _ images: Tensor) throws -> [String: Tensor] {
    var values = [Graph.inputName: images]
    _ = try Executor(model: model).forward(images) { values[$0.name] = $1 }
    return values
  }

  /// Patches of one group as libtorch's own im2col gives them, in the weights' order: M × S.
  private func patches(_ layer: Node, _ input: Tensor, group: Int) throws -> [[Double]] {
    guard case .convolution(let attributes) = layer.operation else {
      let flat = try input.toDoubles()
      let size = input.shape[1]
      return (0..<input.shape[0]).map { Array(flat[$0 * size..<($0 + 1) * size]) }
    }
    let channels = attributes.inputChannels / attributes.groups
    let columns = try input.narrow(1, start: group * channels, length: channels).contiguous()
      .unfold(
        kernel: Size2(attributes.kernel), stride: Size2(attributes.stride),
        padding: Size2(attributes.padding.top, attributes.padding.left))
    let flat = try columns.transpose(1, 2).contiguous().toDoubles()
    let size = columns.shape[1]
    return (0..<columns.shape[0] * columns.shape[2]).map {
      Array(flat[$0 * size..<($0 + 1) * size])
    }
  }

  /// Each layer anew, straight from the definition: both networks run from the start, patches by
  /// libtorch's im2col, sums in double precision, the plain reference solver.
  private func direct(_ model: Model, centred: Bool, symmetric: Bool) throws -> Model {
    var binary = model
    let images = try calibrationImages(24)
    for layer in model.graph.layers {
      let float = try values(model, images)
      let other = symmetric ? float : try values(binary, images)
      let name = layer.parameterName(.weight)
      let weight = try #require(model.weights[name])
      let extractions = layer.operation.patchExtractions
      var signs: [Int8] = []
      var scales: [Float] = []
      var offset: [Float] = []
      for (group, (extraction, filters)) in extractions.enumerated() {
        let size = extraction.patchLength
        let x = try patches(layer, #require(float[layer.inputs[0]]), group: group)
        let z = try patches(layer, #require(other[layer.inputs[0]]), group: group)
        let w = Array(weight.floats[filters.lowerBound * size..<filters.upperBound * size])
        let y = x.map { patch in
          filters.indices.map { filter in
            let row = (filter - filters.lowerBound) * size
            return (0..<size).reduce(0) { $0 + patch[$1] * Double(w[row + $1]) }
          }
        }
        let m = Double(x.count)
        let meanZ = (0..<size).map { j in centred ? z.reduce(0) { $0 + $1[j] } / m : 0 }
        let meanY = (0..<filters.count).map { n in centred ? y.reduce(0) { $0 + $1[n] } / m : 0 }
        var gram = [Double](repeating: 0, count: size * size)
        var correlation = [Double](repeating: 0, count: filters.count * size)
        var energy = [Double](repeating: 0, count: filters.count)
        for (z, y) in zip(z, y) {
          let z = zip(z, meanZ).map { $0 - $1 }
          let y = zip(y, meanY).map { $0 - $1 }
          for i in 0..<size { for j in 0..<size { gram[i * size + j] += z[i] * z[j] } }
          for n in 0..<filters.count {
            energy[n] += y[n] * y[n]
            for j in 0..<size { correlation[n * size + j] += y[n] * z[j] }
          }
        }
        let problem = try LayerProblem(
          patchLength: size, filterCount: filters.count, gram: gram.map(Float.init),
          correlation: correlation.map(Float.init), weights: w, energy: energy)
        let solution = try ReferenceSolver().solve(problem)
        signs += solution.codes
        scales += solution.scales
        offset += (0..<filters.count).map { n in
          let product = (0..<size).reduce(0.0) {
            $0 + Double(solution.codes[n * size + $1]) * meanZ[$1]
          }
          return Float(meanY[n] - Double(solution.scales[n]) * product)
        }
      }
      var weights = binary.weights
      let codes = try BinaryCodes(
        signs: signs, scales: scales, codeCount: 1, filterCount: scales.count,
        patchLength: weight.elementCount / scales.count)
      weights[name] = try Weight(shape: weight.shape, storage: .binary(codes))
      let folding = OffsetFolding(layer: layer, graph: binary.graph)
      var graph = binary.graph
      if centred {
        try folding.apply(offset, layer: layer, weights: &weights)
        if folding == .newBias {
          graph = try graph.replacing(layer.name, with: layer.operation.withBias)
        }
      }
      binary = try binary.with(graph: graph, weights: weights)
    }
    return binary
  }

  @Test(arguments: [(true, false), (false, false), (true, true), (false, true)])
  func equalsTheDefinition(centred: Bool, symmetric: Bool) throws {
    let model = try Tiny.model()
    let result = try Binarizer(
      options: options {
        $0.centred = centred
        $0.symmetric = symmetric
        $0.fitsConstants = false
        $0.scalesInputs = false
      }
    ).run(model, dataset: data)
    let expected = try direct(model, centred: centred, symmetric: symmetric)
    #expect(result.graph == expected.graph)
    var codes = 0
    var equal = 0
    for layer in model.graph.layers {
      let name = layer.parameterName(.weight)
      let mine = try #require(result.weights[name]?.codes)
      let theirs = try #require(expected.weights[name]?.codes)
      codes += mine.signs.count
      equal += zip(mine.signs, theirs.signs).filter { $0 == $1 }.count
    }
    // Sums in float32 and double differ in the last bits, which may tip a code over.
    #expect(Double(equal) > 0.995 * Double(codes))
    let images = try calibrationImages(24)
    let mine = try Executor(model: result).forward(images)
    let theirs = try Executor(model: expected).forward(images)
    let difference = try (mine - theirs).norm().item() / theirs.norm().item()
    #expect(difference < 0.05)
  }

  @Test func dropsErrorsAndRecordsThem() throws {
    let model = try Tiny.model()
    var seen: [String] = []
    let result = try Binarizer(options: options()).run(model, dataset: data) {
      record, index, total in
      #expect(index == seen.count && total == 7)
      seen.append(record.name)
    }
    let records = result.provenance.layerRecords
    #expect(records.map(\.name) == model.graph.layers.map(\.name))
    #expect(seen == records.map(\.name))
    for record in records {
      #expect(record.errorAfter < 0.8 * record.errorBefore, "\(record.name)")
      #expect(record.errorBefore.isFinite && record.errorAfter > 0)
    }
    #expect(records[4].filters == 12 && records[4].patchLength == 12 * 9)
    #expect(records[3].patchLength == 4 * 9)
    #expect(result.provenance.steps.last?.verb == "binarize")
  }

  @Test func errorsAreThoseOfTheOutputs() throws {
    // One layer, so that both streams are one and the record can be checked by running.
    let model = try Tiny.model()
    let result = try Binarizer(
      options: options { $0.keep = try! KeepPattern(parsing: "block.*,down,last,fc*") }
    ).run(model, dataset: data)
    let record = try #require(result.provenance.layerRecords.first)
    let images = try calibrationImages(24)
    func error(_ weight: Weight, offset: Tensor?) throws -> Double {
      let float = try images.conv2d(
        Tensor(#require(model.weights["conv1.weight"]).floats, shape: [8, 3, 3, 3]), padding: 1)
      var binary = try images.conv2d(Tensor(weight.floats, shape: [8, 3, 3, 3]), padding: 1)
      if let offset { binary = try binary + offset.reshape([1, 8, 1, 1]) }
      return try (float - binary).square().sum().item() / float.square().sum().item()
    }
    let mean = "bn1.running_mean"
    let offset = try Tensor(
      zip(#require(model.weights[mean]?.floats), #require(result.weights[mean]?.floats)).map(-),
      shape: [8])
    let after = try error(#require(result.weights["conv1.weight"]), offset: offset)
    #expect(abs(after - record.errorAfter) < 1e-4)
    let signs = try BinaryCodes(signsOf: #require(model.weights["conv1.weight"]), codeCount: 1)
    let before = try error(Weight(shape: [8, 3, 3, 3], storage: .binary(signs)), offset: nil)
    #expect(abs(before - record.errorBefore) < 1e-4)
  }

  @Test func interruptedAndResumedGivesTheSame() throws {
    let model = try Tiny.model()
    let binarizer = Binarizer(options: options { $0.effort = .starts })
    let whole = try binarizer.run(model, dataset: data)
    try withTemporaryFolder { folder in
      let checkpoint = folder.appendingPathComponent("state")
      for layers in [2, 4] {
        var done = 0
        let stop = Stop()
        #expect {
          try binarizer.run(
            model, dataset: data, checkpoint: checkpoint, cancellation: stop.cancellation
          ) { _, _, _ in
            done += 1
            if done >= layers { stop.now() }
          }
        } throws: { error in
          guard case .interrupted(checkpoint) = error as? TrainingError else { return false }
          return true
        }
      }
      #expect(try Checkpoint(contentsOf: checkpoint).values.count >= 4)
      let resumed = try binarizer.run(model, dataset: data, checkpoint: checkpoint)
      #expect(resumed.weights == whole.weights)
      #expect(resumed.graph == whole.graph)
      #expect(
        resumed.provenance.layerRecords.map(\.errorAfter)
          == whole.provenance.layerRecords.map(\.errorAfter))
    }
  }

  @Test func keepsLayersInFloat() throws {
    let model = try Tiny.model()
    let binarizer = Binarizer(
      options: options { $0.keep = try! KeepPattern(parsing: "conv1,fc*") })
    let result = try binarizer.run(model, dataset: data)
    #expect(try binarizer.layersKept(in: model).map(\.name) == ["conv1", "fc1", "fc2"])
    for name in ["conv1", "fc1", "fc2"] {
      #expect(result.weights["\(name).weight"] == model.weights["\(name).weight"])
    }
    #expect(
      result.graph.layers.filter(result.isBinary).map(\.name) == [
        "block.conv1", "block.conv2", "down", "last",
      ])
    // Already binary layers stay as they are, and then nothing is left to do.
    #expect(
      thrown(TrainingError.self) { try binarizer.run(result, dataset: data) }
        == "no layer is left to binarize: all are kept in float or are binary already (--keep says which are kept)"
    )
  }

  @Test func bwnIsSignAndMeanMagnitude() throws {
    let model = try Tiny.model()
    let options = options { $0.method = .bwn }
    let measured = try Binarizer(options: options).run(model, dataset: data)
    let blind = try Binarizer(options: options).run(model, dataset: nil)
    #expect(measured.weights == blind.weights)
    #expect(measured.graph == model.graph)
    let weight = try #require(model.weights["down.weight"]?.floats)
    let codes = try #require(measured.weights["down.weight"]?.codes)
    #expect(codes.signs == weight.map { $0 < 0 ? -1 : 1 })
    let first = weight[..<36].reduce(0) { $0 + abs($1) } / 36
    #expect(abs(codes.scales.array[0] - first) < 1e-6)
    let record = try #require(measured.provenance.layerRecords.first)
    #expect(record.errorBefore == record.errorAfter && record.errorAfter > 0.1)
  }

  @Test func moreCodesErrLess() throws {
    let model = try Tiny.model()
    let errors = try (1...3).map { count in
      try Binarizer(options: options { $0.codes = count }).run(model, dataset: data)
        .provenance.layerRecords.map(\.errorAfter).reduce(0, +)
    }
    #expect(errors[1] < 0.6 * errors[0] && errors[2] < 0.8 * errors[1])
  }

  @Test func sampledPatchesAreRepeatable() throws {
    let model = try Tiny.model()
    let some = options { $0.patchesPerImage = 20 }
    let result = try Binarizer(options: some).run(model, dataset: data)
    #expect(try Binarizer(options: some).run(model, dataset: data).weights == result.weights)
    #expect(try Binarizer(options: options()).run(model, dataset: data).weights != result.weights)
  }

  @Test func notFiniteIsNamed() throws {
    let model = try Tiny.model()
    func part(_ tensor: String, _ value: Float) throws -> String {
      var weights = model.weights
      var values = try #require(weights[tensor]?.floats)
      values[1] = value
      weights[tensor] = try Weight(shape: #require(weights[tensor]).shape, values: values)
      do throws(TrainingError) {
        _ = try Binarizer(options: options()).run(
          (try? model.with(weights: weights)) ?? model, dataset: data)
        return "none"
      } catch {
        guard case .notFinite(let layer, let part) = error else { return "\(error)" }
        return "\(layer) \(part)"
      }
    }
    #expect(try part("block.conv2.weight", .nan) == "block.conv2 weights")
    #expect(try part("bn1.bias", .infinity) == "block.conv1 inputs")
  }

  @Test func wrongOptionsAndMissingData() throws {
    let model = try Tiny.model()
    #expect(
      thrown(TrainingError.self) {
        try Binarizer(options: options()).run(model, dataset: nil)
      } == "bwnh needs calibration images")
    #expect(
      thrown(TrainingError.self) {
        try Binarizer(options: options { $0.codes = 5 }).run(model, dataset: data)
      } == "codes: expected 1 to 4, found 5")
    #expect(
      thrown(TrainingError.self) {
        try Binarizer(options: options { $0.keep = try! KeepPattern(parsing: "conv9") })
          .run(model, dataset: data)
      } == "keep: the network has no layer 'conv9'; did you mean 'conv1'?")
  }
}

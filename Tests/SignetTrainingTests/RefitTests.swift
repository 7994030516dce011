import SignetData
import SignetHashing
import SignetModel
import Testing
import Torch

@testable import SignetTraining

/// Float layers behind binary ones are fitted to their changed inputs.
@Suite struct RefitTests {
  private let data = QuarterDataset(count: 200)

  private func options(refits: Bool, symmetric: Bool = false) throws -> BinarizationOptions {
    BinarizationOptions(
      symmetric: symmetric, refitsFloatLayers: refits, keep: try KeepPattern(parsing: "conv1,fc*"),
      images: 200, batchSize: 64, effort: .paper)
  }

  @Test func changesFloatLayersBehindBinaryOnesAlone() throws {
    let model = try Tiny.model()
    func result(refits: Bool, symmetric: Bool = false) throws -> Model {
      try Binarizer(options: options(refits: refits, symmetric: symmetric)).run(
        model, dataset: data)
    }
    let refitted = try result(refits: true)
    #expect(refitted.weights["conv1.weight"] == model.weights["conv1.weight"])
    for name in ["fc1", "fc2"] {
      #expect(refitted.weights["\(name).weight"] != model.weights["\(name).weight"])
      #expect(refitted.weights["\(name).bias"] != model.weights["\(name).bias"])
    }
    for same in [try result(refits: false), try result(refits: true, symmetric: true)] {
      #expect(same.weights["fc1.weight"] == model.weights["fc1.weight"])
    }
    #expect(
      refitted.graph.layers.filter(refitted.isBinary).map(\.name)
        == ["block.conv1", "block.conv2", "down", "last"])
  }

  @Test func theOutputErrsLess() throws {
    let model = try Tiny.model()
    let batches = BatchLoader(
      dataset: data, shape: Tiny.shape, preprocessing: Tiny.preprocessing, batchSize: 200,
      shuffleSeed: 0
    ).batches(epoch: 0)
    let batch = try #require(try batches.next())
    let images = try Tensor(batch.images, shape: [200, 3, 8, 8])
    let float = try Executor(model: model).forward(images)
    func error(refits: Bool) throws -> Double {
      let binary = try Binarizer(options: options(refits: refits)).run(model, dataset: data)
      return try (Executor(model: binary).forward(images) - float).norm().item()
    }
    #expect(try error(refits: true) < 0.98 * error(refits: false))
  }

  @Test func aResumedRunRefitsToTheSame() throws {
    let model = try Tiny.model()
    try withTemporaryFolder { folder in
      let checkpoint = folder.appendingPathComponent("state")
      let binarizer = Binarizer(options: try options(refits: true))
      let whole = try binarizer.run(model, dataset: data, checkpoint: checkpoint)
      let resumed = try binarizer.run(model, dataset: data, checkpoint: checkpoint)
      #expect(resumed.weights == whole.weights)
    }
  }
}

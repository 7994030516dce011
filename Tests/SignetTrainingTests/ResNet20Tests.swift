import Foundation
import SignetData
import SignetModel
import SignetZoo
import Testing

@testable import SignetTraining

/// A trained network on real images. The data lies beside the repository on some machines only;
/// elsewhere this is skipped. Few images, since this runs unoptimised.
@Suite(.enabled(if: SharedData.folder != nil, "needs ../shared with a trained ResNet-20"))
struct ResNet20Tests {
  @Test func hashingBeatsSignAndMeanOnATrainedNetwork() throws {
    let folder = try #require(SharedData.folder)
    let model = try Architecture.resnet20.model(
      weights: folder.appendingPathComponent("models/resnet20-cifar10.safetensors"),
      preprocessing: Preprocessing(mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225]))
    let data = try DatasetSpecification(
      parsing: "cifar10:" + folder.appendingPathComponent("data/cifar-10-batches-bin").path)
    let test = try data.open(split: .test, limit: 300, seed: 0)
    let calibration = try data.open(split: .train, limit: 128, seed: 0)
    func top1(_ model: Model) throws -> Double {
      try Evaluation.measure(
        Executor(model: model), dataset: test, preprocessing: model.preprocessing
      ).top1
    }
    // 91.73 % on all 10,000 images; 300 of them scatter by 1.6 points (one standard deviation).
    #expect(abs(try top1(model) - 91.73) < 5)
    let hashed = try Binarizer(options: BinarizationOptions(effort: .paper))
      .run(model, dataset: calibration)
    #expect(hashed.graph.layers.filter(hashed.isBinary).count == 18)
    for record in hashed.provenance.layerRecords {
      // What shortcuts lack counts too, and no code can make up for all of that.
      #expect(record.errorAfter < 0.9 * record.errorBefore, "\(record.name)")
    }
    // Measured with 1,024 images: 84 and 12 %.
    #expect(try top1(hashed) > 70)
    let plain = try Binarizer(options: BinarizationOptions(method: .bwn)).run(model, dataset: nil)
    #expect(try top1(plain) < 40)
  }
}

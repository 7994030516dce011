import Foundation
import Testing

private enum RealData {
  static let weights = Repository.shared?
    .appendingPathComponent("models/resnet20-cifar10.safetensors")
  static let images = Repository.shared?.appendingPathComponent("data/cifar-10-batches-bin")

  static let isAvailable = [weights, images].allSatisfy {
    $0.map { FileManager.default.fileExists(atPath: $0.path) } ?? false
  }
}

/// A trained network on the images it was trained for. The data is on few machines: skipped, and
/// said so by the test runner, where it is absent.
@Suite(.enabled(if: RealData.isAvailable, "the trained ResNet-20 and CIFAR-10 are absent"))
struct RealDataTests {
  @Test func anImportedNetworkIsRightWithBothEngines() throws {
    let workspace = try Workspace()
    let model = workspace.path("r20.signet")
    let weights = try #require(RealData.weights)
    let images = try #require(RealData.images)
    try Command(
      "import", "--arch", "resnet20", "--weights", weights.path, "--mean", ".485,.456,.406",
      "--std", ".229,.224,.225", "-o", model
    ).succeed()
    let results = try ["runtime", "torch"].map { engine in
      try Command(
        "evaluate", model, "--data", "cifar10:\(images.path)", "--limit", "500",
        "--engine", engine, "--json"
      ).succeed().json()
    }
    let top1 = results.compactMap { $0["top1"] as? Double }
    #expect(top1.count == 2)
    // 91.73 on all 10,000; the deviation of 500 of them is 1.2 points.
    #expect(top1[0] >= 88)
    #expect(top1[0] == top1[1])
  }
}

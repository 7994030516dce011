import Foundation
import Testing

/// `--memory` bounds the process, on a network for images of 224², whose activations are large.
@Suite struct BinarizationMemoryTests {
  private let workspace: Workspace

  init() throws {
    workspace = try Workspace()
  }

  /// A ResNet-18 after one step of training, and a list of images, ten of them different.
  private func prepare(images: Int) throws -> (model: String, data: String) {
    var random: UInt64 = 11
    for image in 0..<10 {
      let pixels = (0..<224 * 224).map { index in
        random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return UInt8(truncatingIfNeeded: (index / 224 + image * 23) ^ Int(random >> 59))
      }
      try TinyImages.png(grey: pixels, width: 224, height: 224)
        .write(to: workspace.folder.appendingPathComponent("\(image).png"))
    }
    func write(_ name: String, _ count: Int) throws -> String {
      let lines = (0..<count).map { "\($0 % 10).png \($0 % 10 % 2)\n" }
      try workspace.write(Data(lines.joined().utf8), to: name)
      return "imagelist:\(workspace.path(name))"
    }
    try Command(
      "train", "resnet18", "--data", write("two.txt", 2), "--steps", "1", "--batch-size", "2",
      "--no-validation", "--precision", "float32", "--threads", "1", "-o",
      workspace.path("float.signet")
    ).succeed()
    return (workspace.path("float.signet"), try write("images.txt", images))
  }

  @Test func theProcessStaysBelowTheLimit() throws {
    let (model, data) = try prepare(images: 130)
    let limit = 700_000_000
    let command = Command(
      "binarize", model, "--data", data, "--memory", "\(limit)", "--effort", "0", "--threads", "2",
      "--keep", "first,last,layer1.1*,layer2*,layer3*,layer4*", "--no-refit", "--json", "-o",
      workspace.path("binary.signet"))
    let output = try command.succeed()
    let report = try output.json()
    let taken = try #require(report["images"] as? Int)
    #expect(report["imagesAsked"] as? Int == 1024)
    // All of those that are not held out, which memory does not hold.
    #expect(taken == 117)
    #expect(output.standardError.contains("activations are kept beside "))
    #expect(output.standardError.contains("which --memory does not hold"))
    let left = try FileManager.default.contentsOfDirectory(atPath: workspace.folder.path)
    #expect(!left.contains { $0.contains("scratch") })
    let peak = try #require(report["peakResidentBytes"] as? Int)
    #expect(peak <= limit, "\(peak) bytes")
    #expect(peak > limit / 2)
  }

  @Test func whatDoesNotFitIsSaidAtOnceWithTheOptionThatHelps() throws {
    let (model, data) = try prepare(images: 20)
    let start = ContinuousClock.now
    let output = try Command(
      "binarize", model, "--data", data, "--memory", "300MB", "-o", workspace.path("b.signet")
    ).run()
    #expect(output.status != 0)
    #expect(output.standardError.contains("--memory "))
    #expect(output.standardError.contains("layer '"))
    #expect(ContinuousClock.now - start < .seconds(10))
    // The option it names is enough.
    let named = try #require(
      output.standardError.split(separator: " ").drop { $0 != "--memory" }.dropFirst().first)
    let again = try Command(
      "binarize", model, "--data", data, "--memory", String(named), "--effort", "0", "--keep",
      "first,last,layer1.0.conv2,layer1.1*,layer2*,layer3*,layer4*", "--no-refit", "-o",
      workspace.path("b.signet")
    ).run()
    #expect(again.status == 0)
  }
}

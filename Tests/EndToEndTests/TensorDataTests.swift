import Foundation
import Testing

/// Arrays in the place of images, from a float network to a tuned one.
@Suite struct TensorDataTests {
  /// A safetensors file of `count` samples `x` of 1×2×2, whose class is the brighter of two sums.
  private func write(_ count: Int, seed: UInt64, to url: URL) throws {
    var state = seed
    func next() -> Float {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Float(state >> 40) / 0x1p24 - 0.5
    }
    let values = (0..<4 * count).map { _ in next() }
    let labels = (0..<count).map { index in
      let x = values[4 * index..<4 * index + 4].map { $0 }
      return Int64(x[0] + x[2] >= x[1] + x[2] ? 0 : 1)
    }
    let split = 16 * count
    let header =
      #"{"x":{"dtype":"F32","shape":[\#(count),1,2,2],"data_offsets":[0,\#(split)]},"#
      + #""labels":{"dtype":"I64","shape":[\#(count)],"#
      + #""data_offsets":[\#(split),\#(split + 8 * count)]}}"#
    var file = Data()
    withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { file.append(contentsOf: $0) }
    file.append(Data(header.utf8))
    values.withUnsafeBytes { file.append(contentsOf: $0) }
    labels.withUnsafeBytes { file.append(contentsOf: $0) }
    try file.write(to: url)
  }

  @Test func fromFloatToTuned() throws {
    let workspace = try Workspace()
    let float = try TinyONNX.write(to: workspace.folder)
    try write(60, seed: 1, to: workspace.folder.appendingPathComponent("train.safetensors"))
    try write(20, seed: 2, to: workspace.folder.appendingPathComponent("test.safetensors"))
    let (train, test) = (
      "tensors:\(workspace.path("train.safetensors"))",
      "tensors:\(workspace.path("test.safetensors"))"
    )
    let binarized = try Command(
      "binarize", float, "--data", train, "--keep", "none", "-o", workspace.path("b.signet"),
      "--json"
    ).succeed()
    // Nothing is said of how images become an input that gets none.
    #expect(!binarized.standardError.contains("does not say how images"))
    let report = try binarized.json()
    #expect(report["heldOutImages"] as? Int == 6)
    #expect(report["images"] as? Int == 54)
    #expect((report["layers"] as? [Any])?.count == 1)
    #expect((report["kept"] as? [Any])?.isEmpty == true)
    let exact = try Command("evaluate", float, "--data", test, "--json").succeed().json()
    #expect(exact["top1"] as? Double == 100)
    #expect(exact["images"] as? Int == 20)
    let tuned = try Command(
      "finetune", workspace.path("b.signet"), "--teacher", float, "--supervision", "teacher",
      "--data", train, "--epochs", "2", "--batch-size", "10", "-o", workspace.path("t.signet"),
      "--json"
    ).succeed().json()
    #expect((tuned["validation"] as? [String: Any])?["measure"] as? String == "agreement")
    let torch = try Command(
      "evaluate", workspace.path("t.signet"), "--data", test, "--engine", "torch", "--json"
    ).succeed().json()
    let runtime = try Command("evaluate", workspace.path("t.signet"), "--data", test, "--json")
      .succeed().json()
    #expect(torch["top1"] as? Double == runtime["top1"] as? Double)
    // Nothing differs from itself, and whatever codes do shows.
    for (model, isSame) in [(float, true), (workspace.path("b.signet"), false)] {
      let report = try Command("evaluate", model, "--against", float, "--data", test, "--json")
        .succeed().json()
      let outputs = try #require(report["outputs"] as? [[String: Any]])
      #expect(outputs.count == 1 && report["images"] as? Int == 20)
      #expect((try #require(outputs[0]["relativeError"] as? Double) == 0) == isSame)
    }
  }

  @Test func whatArraysCannotDoIsSaid() throws {
    let workspace = try Workspace()
    let float = try TinyONNX.write(to: workspace.folder)
    try write(20, seed: 1, to: workspace.folder.appendingPathComponent("a.safetensors"))
    let data = "tensors:\(workspace.path("a.safetensors"))"
    let zoo = try Command("train", "resnet20", "--data", data, "-o", workspace.path("x.signet"))
      .run()
    #expect(zoo.status == 65)
    #expect(zoo.standardError.contains("arrays belong to the inputs of a network"))
    let flipped = try Command(
      "finetune", float, "--method", "bwn", "--data", data, "--augment", "crop-flip", "-o",
      workspace.path("x.signet")
    ).run()
    #expect(flipped.status == 64)
    #expect(flipped.standardError.contains("only images can be changed"))
  }

  @Test func sizesAreHeightAndWidth() throws {
    let workspace = try Workspace()
    let float = try TinyONNX.write(to: workspace.folder)
    for size in ["2", "2x2"] {
      _ = try Command(
        "import", float, "--preset", "unit", "--crop", size, "-o", workspace.path("a.signet")
      ).succeed()
    }
    let other = try Command(
      "import", float, "--preset", "unit", "--crop", "2x3", "-o", workspace.path("b.signet")
    ).run()
    #expect(other.status == 64)
    #expect(
      other.standardError.contains("--crop: expected the network's input size 2×2, found 2×3"))
    for wrong in ["0x2", "2x", "2x2x2", "x"] {
      #expect(
        try Command("import", float, "--crop", wrong, "-o", workspace.path("b.signet")).run()
          .status == 64)
    }
  }
}

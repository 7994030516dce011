import Foundation
import Testing

/// Folders of images as users have them: class names in their own order, no labels, bad files.
@Suite struct FolderTests {
  private let workspace: Workspace
  private let data: String
  private static let classes = [
    "ant", "bee", "cat", "dog", "eel", "fox", "gnu", "hen", "ibis", "jay",
  ]

  init() throws {
    workspace = try Workspace()
    try TinyImages.write(
      to: workspace.folder.appendingPathComponent("zoo"), classes: Self.classes,
      imagesPerClass: 12)
    data = "imagefolder:" + workspace.path("zoo")
  }

  private func path(_ name: String) -> String { workspace.path(name) }

  private func trainFloat() throws {
    let idx = try TinyFashion.write(to: workspace.folder.appendingPathComponent("data"))
    try Command(
      "train", "fashion-vgg", "--data", idx, "--steps", "30", "--batch-size", "32",
      "--learning-rate", "0.05", "--augment", "none", "--precision", "float32", "--threads", "1",
      "--no-validation", "-o", path("idx.signet")
    ).succeed()
    try Data(Self.classes.joined(separator: "\n").utf8)
      .write(to: URL(fileURLWithPath: path("names.txt")))
    // As ONNX, and named in the order of training.
    try Command("export", path("idx.signet"), "--kept-layers", "float32", "-o", path("float.onnx"))
      .succeed()
    try Command(
      "import", path("float.onnx"), "--channel-order", "grey", "--mean", ".2860", "--std", ".3530",
      "--class-names", path("names.txt"), "-o", path("float.signet")
    ).succeed()
  }

  private func top1(_ arguments: String...) throws -> (top1: Double, error: String) {
    let output = try Command(
      arguments: ["evaluate"] + arguments + ["--threads", "1", "--json"]
    ).succeed()
    return (try #require(output.json()["top1"] as? Double), output.standardError)
  }

  @Test func classesAreMatchedByNameAndUnlabelledImagesServe() throws {
    try trainFloat()
    let (same, silent) = try top1(path("float.signet"), "--data", data)
    #expect(same >= 90 && !silent.contains("warning"))

    // The same images under names that sort the other way round.
    let renamed = Self.classes.reversed().map { $0 }
    try Data(renamed.joined(separator: "\n").utf8)
      .write(to: URL(fileURLWithPath: path("names.txt")))
    try TinyImages.write(
      to: workspace.folder.appendingPathComponent("turned"), classes: renamed, imagesPerClass: 12)
    try Command(
      "import", path("float.onnx"), "--channel-order", "grey", "--mean", ".2860", "--std", ".3530",
      "--class-names", path("names.txt"), "-o", path("turned.signet")
    ).succeed()
    let turned = "imagefolder:" + path("turned")
    let (byName, remark) = try top1(path("turned.signet"), "--data", turned)
    #expect(byName == same && remark.contains("matched by name"))
    let (byOrder, _) = try top1(
      path("turned.signet"), "--data", turned, "--match-classes", "order")
    #expect(byOrder < 40)

    // A model without these names, and with another number of classes.
    try FileManager.default.removeItem(atPath: path("turned/jay"))
    let (_, counts) = try top1(path("idx.signet"), "--data", turned)
    #expect(counts.contains("has 9 classes, the model 10"))

    try finetunesWithoutLabels()
    try predictsFolders()
  }

  /// A plain folder of images is enough to binarize and to fine-tune.
  private func finetunesWithoutLabels() throws {
    let manager = FileManager.default
    try manager.createDirectory(atPath: path("plain"), withIntermediateDirectories: true)
    for (index, name) in Self.classes.enumerated() {
      for image in 0..<12 {
        try manager.copyItem(
          atPath: path("zoo/\(name)/\(image).png"), toPath: path("plain/\(index)-\(image).png"))
      }
    }
    let plain = "imagefolder:" + path("plain")
    try Command(
      "binarize", path("float.signet"), "--data", plain, "--images", "100", "--effort", "0",
      "--threads", "1", "-o", path("binary.signet")
    ).succeed()
    let report = try Command(
      "finetune", path("binary.signet"), "--teacher", path("float.signet"), "--supervision",
      "teacher",
      "--data", plain, "--steps", "4", "--batch-size", "32", "--threads", "1", "--json", "-o",
      path("tuned.signet")
    ).succeed().json()
    let validation = try #require(report["validation"] as? [String: Any])
    #expect(validation["measure"] as? String == "agreement" && validation["images"] as? Int == 12)
    #expect(
      validation["kept"] as? Double ?? 0 >= validation["start"] as? Double ?? 100)
    #expect(report["top1"] == nil)
    let labelled = try Command(
      "finetune", path("binary.signet"), "--teacher", path("float.signet"), "--data", plain,
      "--steps", "4", "-o", path("x.signet")
    ).run()
    #expect(labelled.status == 65 && labelled.standardError.contains("--supervision teacher"))
    let evaluation = try Command("evaluate", path("tuned.signet"), "--data", plain).run()
    #expect(evaluation.status == 65 && evaluation.standardError.contains("--against MODEL"))

    let float = try Command(
      "finetune", path("float.signet"), "--teacher", path("float.signet"), "--data", data,
      "--steps", "4", "-o", path("x.signet")
    ).run()
    #expect(float.status == 64 && float.standardError.contains("signet binarize"))
    #expect(!workspace.exists("x.signet"))
  }

  private func predictsFolders() throws {
    try workspace.write(Data("no image".utf8), to: "plain/3-1.png")
    let output = try Command("predict", path("tuned.signet"), path("plain"), "--json").run()
    #expect(output.status == 65)
    #expect(output.standardError.contains("1 of 120 images could not be used"))
    let report = try output.json()
    #expect(report["kind"] as? String == "scores" && report["shape"] as? [Int] == [10])
    let images = try #require(report["images"] as? [[String: Any]])
    #expect(images.count == 120)
    let named = images.filter { image in
      let file = URL(fileURLWithPath: image["file"] as? String ?? "").lastPathComponent
      let label = Int(file.prefix { $0 != "-" }) ?? 0
      let classes = image["classes"] as? [[String: Any]]
      return classes?.first?["name"] as? String == Self.classes[label]
    }
    #expect(named.count > 100)
    #expect(images.filter { $0["error"] is String }.count == 1)
    #expect((images.first?["scores"] as? [Double])?.count == 10)
    let asValues = try Command(
      "predict", path("tuned.signet"), path("zoo/cat/0.png"), "--output-kind", "values"
    ).succeed().standardOutput
    #expect(asValues.split(separator: "\n").count == 11 && !asValues.contains("%"))
    let asProbabilities = try Command(
      "predict", path("tuned.signet"), path("zoo/cat/0.png"), "--output-kind", "probabilities"
    ).succeed()
    #expect(asProbabilities.standardError.contains("are no probabilities"))
  }
}

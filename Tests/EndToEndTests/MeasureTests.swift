import Foundation
import Testing

/// `evaluate --metric`: networks that give their image back, so that what they are measured against
/// says what comes out.
@Suite struct MeasureTests {
  private let workspace: Workspace

  /// Red, green and blue.
  private static let colours: [UInt8] = [255, 0, 0, 0, 255, 0, 0, 0, 255]

  init() throws {
    workspace = try Workspace()
    try write(["map"], to: "map.onnx")
  }

  private func path(_ name: String) -> String { workspace.path(name) }

  /// Outputs by what they are: the image, its numbers' probabilities, or the mean colour.
  private func write(_ outputs: [String], to name: String) throws {
    let known: [String: (String, String, String, [Int])] = [
      "map": ("Relu", "x", "map", [1, 3, 4, 6]),
      "probabilities": ("Sigmoid", "x", "probabilities", [1, 3, 4, 6]),
      "pooled": ("GlobalAveragePool", "x", "pooled", [1, 3, 1, 1]),
      "scores": ("Softmax", "vector", "scores", [1, 3]),
      "vector": ("Flatten", "pooled", "vector", [1, 3]),
    ]
    try TinyONNX.write(
      outputs.compactMap { known[$0] }, to: workspace.folder.appendingPathComponent(name))
  }

  private func write(_ data: Data, to name: String) throws {
    let file = workspace.folder.appendingPathComponent(name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try data.write(to: file)
  }

  private func pixels(_ classes: [Int]) -> [UInt8] {
    classes.flatMap { number -> ArraySlice<UInt8> in Self.colours[3 * number..<3 * number + 3] }
  }

  /// 4×6 pixels of red (0), green (1) or blue (2).
  private func image(_ classes: [Int]) -> Data {
    TinyImages.png(rgb: pixels(classes), width: 6, height: 4)
  }

  private func labels(_ numbers: [Int]) -> Data {
    TinyImages.png(grey: numbers.map(UInt8.init), width: 6, height: 4)
  }

  private func evaluate(_ model: String, _ arguments: String...) throws -> Command.Output {
    try Command(
      arguments: [
        "evaluate", path(model), "--preset", "unit", "--threads", "1",
      ] + arguments
    ).run()
  }

  private func succeed(_ model: String, _ arguments: String...) throws -> [String: Any] {
    try Command(
      arguments: [
        "evaluate", path(model), "--preset", "unit", "--threads", "1", "--json",
      ] + arguments
    ).succeed().json()
  }

  private func sentence(_ output: Command.Output, status: Int32 = 65) -> String {
    #expect(output.status == status)
    return output.standardError
  }

  /// Half red, a quarter green, a quarter blue.
  private let classes = (0..<24).map { $0 % 6 < 3 ? 0 : $0 < 12 ? 1 : 2 }

  private func writeImages() throws -> String {
    try write(image(classes), to: "images/one.png")
    try write(image(Array(repeating: 0, count: 24)), to: "images/two.png")
    return "imagefolder:\(path("images"))"
  }

  @Test func meanIntersectionOverUnion() throws {
    let data = try writeImages()
    try write(labels(classes), to: "labels/one.png")
    // Half of the second image counts, and of that half of it is right.
    let second = (0..<24).map { $0 < 12 ? 255 : $0 < 18 ? 0 : 1 }
    try write(labels(second), to: "labels/two.png")
    let arguments = ["--data", data, "--metric", "miou", "--targets", path("labels")]
    for engine in ["runtime", "torch"] {
      let report = try Command(
        arguments: [
          "evaluate", path("map.onnx"), "--preset", "unit", "--engine", engine, "--json",
        ] + arguments
      ).succeed().json()
      // 0: 12 + 6 of 18 + 6; 1: 6 of 6 + 6; 2: all.
      let expected: [Double?] = [75, 50, 100]
      let found = try #require(report["classes"] as? [[String: Any]])
      #expect(found.map { $0["number"] as? Int } == [0, 1, 2])
      #expect(found.map { $0["places"] as? Int } == [18, 12, 6])
      #expect(found.map { $0["iou"] as? Double } == expected)
      #expect(report["miou"] as? Double == 75)
      #expect(abs((report["pixelAccuracy"] as? Double ?? 0) - 3000.0 / 36) < 1e-9)
      #expect(report["output"] as? String == "map" && report["images"] as? Int == 2)
    }
    let text = try evaluate(
      "map.onnx", "--data", data, "--metric", "miou", "--targets", path("labels"))
    #expect(
      text.standardOutput.hasPrefix("mIoU 75.00 % of 3 classes  pixel accuracy 83.33 %  2 images "))
    #expect(!text.standardError.contains("warning"))
    try whatLabelsCannotBeIsSaid(data)
  }

  private func whatLabelsCannotBeIsSaid(_ data: String) throws {
    func said() throws -> String {
      sentence(
        try evaluate("map.onnx", "--data", data, "--metric", "miou", "--targets", path("labels")))
    }
    try write(labels(classes.map { 2 * $0 }), to: "labels/one.png")
    #expect(
      try said().contains(
        "\(path("labels/one.png")): expected class numbers of 0 to 2, or 255 for what does not "
          + "count, found 4 in row 2, column 3"))
    try write(image(classes), to: "labels/one.png")
    #expect(try said().contains("\(path("labels/one.png")): expected a PNG file of class numbers"))
    #expect(try said().contains("found RGB"))
    try write(TinyImages.png(grey: [0, 1], width: 1, height: 2), to: "labels/one.png")
    #expect(
      try said().contains("expected the proportions of its image, 6×4 pixels, found 1×2"))
    try FileManager.default.removeItem(atPath: path("labels/one.png"))
    #expect(
      try said().contains(
        "\(path("labels/one.png")): expected the target of \(path("images/one.png")), found no "
          + "such file"))
  }

  @Test func peakSignalToNoiseRatio() throws {
    let data = try writeImages()
    // 51 of 255 beside the image in every number: a mean squared error of 0.04.
    let near = pixels(classes).map { byte -> UInt8 in byte == 0 ? 51 : byte - 51 }
    try write(
      TinyImages.png(rgb: near, width: 6, height: 4), to: "targets/one.png")
    // One number of 72 off by 51.
    var far = [UInt8]()
    for _ in 0..<24 { far += [255, 0, 0] }
    far[1] = 51
    try write(TinyImages.png(rgb: far, width: 6, height: 4), to: "targets/two.png")
    let report = try succeed(
      "map.onnx", "--data", data, "--metric", "psnr", "--targets", path("targets"))
    let errors: [Double] = [0.04, 0.04 / 72]
    let expected: Double = errors.reduce(0) { $0 - 10 * log10($1) } / 2
    let found = try #require(report["psnr"] as? Double)
    #expect(abs(found - expected) < 1e-4)
    #expect(report["peak"] as? Double == 1 && report["images"] as? Int == 2)
    let text = try evaluate(
      "map.onnx", "--data", data, "--metric", "psnr", "--targets", path("targets"))
    #expect(
      text.standardOutput.hasPrefix("PSNR \(String(format: "%.4f", expected)) dB, peak 1.0000  2 "))
    #expect(!text.standardError.contains("warning"))
    let bytes = try evaluate(
      "map.onnx", "--data", data, "--metric", "psnr", "--targets", path("targets"),
      "--target-range", "-1,1")
    #expect(bytes.standardOutput.contains("peak 2.0000"))
    let far255 = try evaluate(
      "map.onnx", "--data", data, "--metric", "psnr", "--targets", path("targets"),
      "--target-range", "0,255")
    #expect(far255.standardError.contains("'map' lies within 0.0 to 1.0, far from"))
    try write(
      TinyImages.png(grey: [1, 2, 3, 4], width: 2, height: 2), to: "targets/one.png")
    #expect(
      sentence(
        try evaluate(
          "map.onnx", "--data", data, "--metric", "psnr", "--targets", path("targets"))
      ).contains(
        "\(path("targets/one.png")): expected the output's size, 6×4 pixels, found 2×2"))
  }

  @Test func cosineOfPairs() throws {
    try write(["pooled", "vector"], to: "embedding.onnx")
    try write(image(Array(repeating: 0, count: 24)), to: "red.png")
    try write(image(classes), to: "mixed.png")
    try write(image(Array(repeating: 1, count: 24)), to: "green.png")
    let list = """
      red.png mixed.png same
      red.png green.png different
      mixed.png green.png different
      """
    try write(Data(list.utf8), to: "pairs.txt")
    let report = try succeed(
      "embedding.onnx", "--metric", "cosine", "--targets", path("pairs.txt"), "--output", "vector")
    // Mean colours (1, 0, 0), (1/2, 1/4, 1/4) and (0, 1, 0).
    let length = (1.0 / 4 + 1.0 / 16 + 1.0 / 16).squareRoot()
    #expect(abs((report["same"] as? Double ?? 0) - 0.5 / length) < 1e-6)
    #expect(abs((report["different"] as? Double ?? 0) - 0.25 / length / 2) < 1e-6)
    #expect(report["accuracy"] as? Double == 100)
    #expect(abs((report["threshold"] as? Double ?? 0) - 0.5 / length) < 1e-6)
    #expect(report["pairs"] as? Int == 3 && report["images"] as? Int == 3)
    let text = try evaluate(
      "embedding.onnx", "--metric", "cosine", "--targets", path("pairs.txt"), "--output", "vector")
    #expect(
      text.standardOutput.hasPrefix(
        "cosine of same 0.8165, of different 0.2041  accuracy 100.00 % at 0.8165  3 pairs, 3 images"
      ))
    try write(Data("red.png green.png perhaps\n".utf8), to: "pairs.txt")
    #expect(
      sentence(
        try evaluate(
          "embedding.onnx", "--metric", "cosine", "--targets", path("pairs.txt"), "--output",
          "vector")
      ).contains("line 1: expected 'path path same' or 'path path different'"))
  }

  @Test func outputsAreChosenOrNamed() throws {
    try write(["map", "probabilities", "pooled", "vector", "scores"], to: "many.onnx")
    let data = try writeImages()
    for name in ["one", "two"] { try write(labels(classes), to: "labels/\(name).png") }
    let arguments = ["--data", data, "--metric", "miou", "--targets", path("labels")]
    func said(_ more: String..., status: Int32 = 65) throws -> String {
      sentence(
        try Command(
          arguments: ["evaluate", path("many.onnx"), "--preset", "unit"] + arguments + more
        ).run(), status: status)
    }
    #expect(
      try said().contains(
        "--metric miou could measure 2 outputs: map, probabilities; choose one with --output"))
    #expect(
      try said("--output", "none", status: 64).contains(
        "--output: has no 'none', expected one of map, probabilities, pooled, vector, scores"))
    #expect(
      try said("--output", "vector").contains(
        "--metric miou: expected a map of at most 255 channels, C×H×W, found vector (values, 3)"))
    let report = try Command(
      arguments: ["evaluate", path("many.onnx"), "--preset", "unit", "--output", "map", "--json"]
        + arguments
    ).succeed().json()
    #expect(report["output"] as? String == "map")
    // Only one is of classes; its labels are the folders'.
    try write(image(Array(repeating: 0, count: 24)), to: "sorted/a/1.png")
    try write(image(classes.map { $0 == 0 ? 1 : $0 }), to: "sorted/b/1.png")
    try write(image(Array(repeating: 2, count: 24)), to: "sorted/c/1.png")
    try write(image(Array(repeating: 1, count: 24)), to: "sorted/c/2.png")
    let top1 = try succeed("many.onnx", "--data", "imagefolder:\(path("sorted"))")
    #expect(top1["top1"] as? Double == 75 && top1["images"] as? Int == 4)
    #expect(
      sentence(try evaluate("map.onnx", "--data", data)).contains(
        "--metric top1: expected an output of class scores, found map (map, 3×4×6); where they are")
    )
  }

  @Test func optionsThatDoNotGoTogether() throws {
    let cases: [([String], String)] = [
      ([], "Missing expected argument '--data <data>'"),
      (["--data", "imagefolder:x", "--targets", "y"], "--targets: is for --metric miou, psnr and"),
      (
        ["--data", "imagefolder:x", "--metric", "miou"],
        "--metric miou: expected a folder of PNG files of class numbers, --targets PATH"
      ),
      (
        ["--data", "imagefolder:x", "--metric", "cosine", "--targets", "y"],
        "--metric cosine: the pairs name their images; leave --data, --split and --limit out"
      ),
      (
        ["--data", "imagefolder:x", "--metric", "miou", "--targets", "y", "--against", "z"],
        "--against: compares all outputs with another model's; leave --metric, --targets, "
          + "--target-range and --output out"
      ),
      (
        [
          "--data", "imagefolder:x", "--metric", "psnr", "--targets", "y", "--target-range", "1,0",
        ],
        "--target-range: expected two numbers, the lesser first, found 1.0,0.0"
      ),
      (
        [
          "--data", "imagefolder:x", "--metric", "miou", "--targets", "y", "--target-range", "0,1",
        ],
        "--target-range: is for --metric psnr"
      ),
    ]
    for (arguments, expected) in cases {
      let output = try Command(arguments: ["evaluate", path("map.onnx")] + arguments).run()
      #expect(sentence(output, status: 64).hasPrefix("signet: error: \(expected)"))
    }
  }
}

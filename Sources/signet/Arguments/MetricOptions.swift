import ArgumentParser
import Foundation
import SignetModel

/// What is measured, and what outputs should be.
struct MetricOptions: ParsableArguments {
  @Option(
    help: """
      What is measured: top1 of class scores, miou of a map of classes, psnr of an image or cosine of \
      embeddings. (default: top1)
      """)
  var metric: Metric?

  @Option(
    help: ArgumentHelp(
      """
      What outputs should be. miou, psnr: a folder with a file under each image's path, extension \
      aside; for miou PNGs, grey or with a palette, of class numbers (255: does not count), for psnr \
      images of the output's size. cosine: a file of lines 'path path same' or 'path path different', \
      which takes the place of --data.
      """, valueName: "path"))
  var targets: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      What black and white of a target are in the output's numbers, such as 0,255 or -1,1, for psnr. \
      (default: 0,1)
      """, valueName: "black,white"))
  var targetRange: ChannelValues?

  @Option(
    help: ArgumentHelp(
      "The output to measure, where several could be meant.", valueName: "name"))
  var output: String?

  /// - Parameters:
  ///   - isAgainst: whether another model says what outputs should be
  ///   - hasData: whether images are named
  ///   - hasPart: whether a part of them is
  func check(isAgainst: Bool, hasData: Bool, hasPart: Bool) throws(ValidationError) {
    if isAgainst {
      guard metric == nil, targets == nil, targetRange == nil, output == nil else {
        throw ValidationError(
          "--against: compares all outputs with another model's; leave --metric, --targets, "
            + "--target-range and --output out")
      }
    }
    try checkTargets()
    let namesImages = metric == .cosine
    if !namesImages, !hasData { throw ValidationError("Missing expected argument '--data <data>'") }
    if namesImages, hasData || hasPart {
      throw ValidationError(
        "--metric cosine: the pairs name their images; leave --data, --split and --limit out")
    }
  }

  private func checkTargets() throws(ValidationError) {
    let metric = metric ?? .top1
    if let expected = metric.targets, targets == nil {
      throw ValidationError("--metric \(metric.rawValue): expected \(expected), --targets PATH")
    }
    if metric.targets == nil, targets != nil {
      throw ValidationError("--targets: is for --metric miou, psnr and cosine")
    }
    guard let values = targetRange?.values else { return }
    guard metric == .psnr else { throw ValidationError("--target-range: is for --metric psnr") }
    guard values.count == 2, values[0] < values[1] else {
      throw ValidationError(
        "--target-range: expected two numbers, the lesser first, found "
          + values.map { "\($0)" }.joined(separator: ","))
    }
  }

  /// A target's black and white in the output's numbers.
  var range: ClosedRange<Float> {
    targetRange.map { $0.values[0]...$0.values[1] } ?? 0...1
  }

  /// What `--targets` names; checked to be there where it is needed.
  var targetsURL: URL {
    URL(fileURLWithPath: ((targets ?? "") as NSString).expandingTildeInPath)
  }
}

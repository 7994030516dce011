import Foundation
import SignetTraining

/// The commands behind each row of a comparison: all of them train from the same float network,
/// on the same data, with the same seed and for as many epochs.
struct ComparisonPlan {

  /// A command's words without `signet`, and the model file it writes.
  struct Step {
    let words: [String]
    let output: String

    var line: String { ShellCommand.line(["signet"] + words) }
  }

  /// The float network; `nil` trains ``architecture``.
  let network: String?
  let architecture: String?
  let folder: String
  /// `--data` and what else chooses images.
  let data: [String]
  let epochs: Double
  let floatEpochs: Double
  let seed: UInt64
  let supervision: Supervision
  let keep: KeepPattern
  let threads: Int?
  var device = "cpu"
  /// How the network is read if it is an ONNX file.
  let onnx: ONNXChoices
  /// Given to `signet binarize`.
  let hashing: [String]
  /// Given to the training of every binary method.
  let extra: [String]

  var float: String { network ?? file("float") }

  /// Where a row's model is.
  func output(of method: ComparedMethod) -> String {
    method == .float ? float : file(method.rawValue)
  }

  /// What trains or makes the row's model, in order.
  func steps(of method: ComparedMethod) -> [Step] {
    switch method {
    case .float:
      guard network == nil, let architecture else { return [] }
      return [
        step(
          "train", architecture, data + epochs(floatEpochs) + common, output: output(of: method))
      ]
    case .binaryConnect, .stochasticBinaryConnect, .bwn, .sqBWN:
      return [finetune(float, ["--method", method.rawValue] + keeping, method)]
    case .bwnh:
      return [binarize("bwnh", method), finetune(start(of: method), [], method)]
    case .bwnStart:
      return [binarize("bwn", method), finetune(start(of: method), [], method)]
    case .randomStart:
      let words = ["--method", "bwn", "--gradient", "identity", "--scale", "learned"] + keeping
      return [finetune(architecture ?? "", words, method)]
    }
  }

  private func binarize(_ name: String, _ method: ComparedMethod) -> Step {
    step(
      "binarize", float, ["--method", name] + keeping + hashing + data + common,
      output: start(of: method))
  }

  private func finetune(_ network: String, _ words: [String], _ method: ComparedMethod) -> Step {
    let supervision = ["--teacher", float, "--supervision", supervision.rawValue]
    return step(
      "finetune", network, words + supervision + data + epochs(epochs) + common + extra,
      output: output(of: method))
  }

  private func step(_ verb: String, _ network: String, _ words: [String], output: String) -> Step {
    Step(words: [verb, network] + words + onnx.words + ["-o", output], output: output)
  }

  private var keeping: [String] {
    keep == .usual ? [] : ["--keep", "\(keep)"]
  }

  private var common: [String] {
    ["--seed", "\(seed)"] + (threads.map { ["--threads", "\($0)"] } ?? [])
      + (device == "cpu" ? [] : ["--device", device])
  }

  private func epochs(_ epochs: Double) -> [String] {
    ["--epochs", epochs == epochs.rounded() ? "\(Int(epochs))" : "\(epochs)"]
  }

  private func start(of method: ComparedMethod) -> String { file("\(method.rawValue).untrained") }

  private func file(_ name: String) -> String {
    (folder.hasSuffix("/") ? folder : folder + "/") + name + ".signet"
  }
}

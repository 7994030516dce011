import Foundation
import SignetModel

extension TrainingError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .option(let name, let expected, let found):
      return "\(name): expected \(expected), found \(found)"
    case .unknownLayer(let pattern, let suggestion, let layers):
      let hint =
        suggestion.map { "; did you mean '\($0)'?" }
        ?? "; its layers are \(layers.prefix(8).joined(separator: ", "))"
        + (layers.count > 8 ? ", …" : "")
      return "keep: the network has no layer '\(pattern)'" + hint
    case .nothingToBinarize:
      return "no layer is left to binarize: all are kept in float or are binary already"
    case .missing(let what, let neededBy):
      return "\(neededBy) needs \(what)"
    case .mismatch(let what, let expected, let found):
      return "\(what): expected \(expected), found \(found)"
    case .notFinite(let layer, let part):
      return "layer '\(layer)': its \(part.rawValue) hold NaN or an infinity"
    case .diverged(let step, let layer, let part, let checkpoint):
      let place = layer.map { "the \(part.rawValue) of layer '\($0)' hold" } ?? "the loss is"
      return "training diverged: at step \(step) \(place) NaN or an infinity; a lower learning "
        + "rate or a limit on the gradients may help"
        + (checkpoint.map { ". The last good state is in \($0.path)" } ?? "")
    case .interrupted(let checkpoint):
      return checkpoint.map { "interrupted; the state is in \($0.path), run again to go on" }
        ?? "interrupted"
    case .checkpoint(let file, let defect):
      return "\(file.path): not a usable checkpoint: \(defect)"
    case .otherRun(let file, let differences):
      let lines = differences.map {
        "\n  \($0.name): checkpoint \($0.checkpoint), now \($0.current)"
      }
      return "\(file.path): the checkpoint belongs to another run; delete it to start anew:"
        + lines.joined()
    case .memory(let layer, let images, let needed, let allowed):
      return "layer '\(layer)': calibrating with \(images) image\(images == 1 ? "" : "s") takes "
        + "\(megabytes(needed)), allowed are \(megabytes(allowed)); give --memory "
        + "\(megabytes(needed).filter { $0 != " " }) or more"
    case .modelFile(let error): return "\(error)"
    case .node(let name, let error): return "node '\(name)': \(error)"
    case .torch(let error): return "\(error)"
    case .hashing(let layer, let error): return "layer '\(layer)': \(error)"
    case .data(let error): return "\(error)"
    case .evaluation(let error): return "\(error)"
    case .model(let error): return "\(error)"
    case .graph(let error): return "\(error)"
    case .weight(let name, let error): return "\(name): \(error)"
    }
  }

  private func megabytes(_ bytes: Int) -> String {
    "\((bytes + (1 << 20) - 1) >> 20) MiB"
  }
}

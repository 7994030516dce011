import Foundation
import SignetModel

extension TrainingError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .option(let name, let expected, let found):
      return "\(name): expected \(expected), found \(found)"
    case .unknownLayer(let pattern, let suggestion, let layers):
      let hint =
        suggestion.map { "; did you mean '\($0.printable)'?" }
        ?? "; its layers are \(layers.prefix(8).map(\.printable).joined(separator: ", "))"
        + (layers.count > 8 ? ", …" : "")
      return "keep: the network has no layer '\(pattern.printable)'" + hint
    case .nothingToBinarize:
      return
        "no layer is left to binarize: all are kept in float or are binary already (--keep says "
        + "which are kept)"
    case .missing(let what, let neededBy):
      return "\(neededBy) needs \(what)"
    case .mismatch(let what, let expected, let found):
      return "\(what.printablePath): expected \(expected), found \(found.printable)"
    case .notFinite(let layer, let part):
      return "layer '\(layer.printable)': its \(part.rawValue) hold NaN or an infinity"
    case .diverged(let step, let layer, let part, let checkpoint):
      let place =
        layer.map { "the \(part.rawValue) of layer '\($0.printable)' hold" } ?? "the loss is"
      return "training diverged: at step \(step) \(place) NaN or an infinity; a lower learning "
        + "rate or a limit on the gradients may help"
        + (checkpoint.map { ". The last good state is in \($0.path.printablePath)" } ?? "")
    case .interrupted(let checkpoint):
      return checkpoint.map {
        "interrupted; the state is in \($0.path.printablePath), run again to go on"
      }
        ?? "interrupted"
    case .checkpoint(let file, let defect):
      return "\(file.path.printablePath): not a usable checkpoint: \(defect); --restart starts anew"
    case .foreignCheckpoint(let file):
      return "\(file.path.printablePath): is no checkpoint, and not even --restart replaces other "
        + "files; move it away or choose another --checkpoint"
    case .otherRun(let file, let differences):
      let lines = differences.map {
        "\n  \($0.name): checkpoint \($0.checkpoint.printablePath), now \($0.current.printablePath)"
      }
      return "\(file.path.printablePath): the checkpoint belongs to another run; --restart starts "
        + "anew:" + lines.joined()
    case .memory(let layer, let images, let needed, let allowed):
      return "layer '\(layer.printable)': calibrating with \(images) "
        + "image\(images == 1 ? "" : "s") takes \(megabytes(needed)), allowed are "
        + "\(megabytes(allowed)); give --memory "
        + "\(megabytes(needed).filter { $0 != " " }) or more"
    case .modelFile(let error): return "\(error)"
    case .node(let name, let error): return "node '\(name.printable)': \(error)"
    case .torch(let error): return "\(error)"
    case .hashing(let layer, let error): return "layer '\(layer.printable)': \(error)"
    case .data(let error): return "\(error)"
    case .evaluation(let error): return "\(error)"
    case .model(let error): return "\(error)"
    case .graph(let error): return "\(error)"
    case .weight(let name, let error): return "\(name.printable): \(error)"
    case .launch(let variable, let expected, let found):
      let found = found.map { "found '\($0.printable)'" } ?? "it is not set"
      return "environment variable \(variable): expected \(expected), \(found)"
    case .rank(let rank, let defect): return "rank \(rank) \(defect.printable)"
    }
  }

  private func megabytes(_ bytes: Int) -> String {
    "\((bytes + (1 << 20) - 1) >> 20) MiB"
  }
}

import Foundation
import SignetModel

/// The command that makes a model, as the model's file records it: what can change the result, so that
/// the file is the same whatever cannot.
struct RecordedCommand {
  let words: [String]

  /// Options that leave the result as it is, with the values they take.
  private static let unrecorded: [String: Int] = [
    "-o": 1, "--output": 1, "--threads": 1, "--checkpoint": 1, "--checkpoint-every": 1, "--log": 1,
    "--report": 1, "--timeout": 1, "--then-finetune": 1, "--restart": 0, "--json": 0, "--strict": 0,
  ]

  /// The verb and what follows it of a command that another one runs.
  @TaskLocal static var inner: [String]?

  /// The command that runs; `nil` where these are not the words of one that makes a model.
  static var own: RecordedCommand? {
    let words = inner ?? Array(CommandLine.arguments.dropFirst())
    guard let verb = words.first, ["import", "train", "binarize", "finetune"].contains(verb) else {
      return nil
    }
    return RecordedCommand(words) { FileManager.default.fileExists(atPath: $0) }
  }

  /// - Parameters:
  ///   - words: the verb and what follows it
  ///   - isFile: whether there is a file or a folder at a path. Those are recorded by their names: whoever
  ///     gets the model need not know where it was made.
  init(_ words: [String], isFile: (String) -> Bool) {
    var kept = ["signet"]
    var rest = words[...]
    while let word = rest.popFirst() {
      let name = word.split(separator: "=", maxSplits: 1).first.map(String.init) ?? word
      if let values = Self.unrecorded[name] {
        if name == word { rest = rest.dropFirst(values) }
        continue
      }
      kept.append(Self.named(word, isFile: isFile))
    }
    self.words = kept
  }

  /// The same with the number of steps in place of the time that they were to take.
  func replacingMinutes(steps: Int) -> [String] {
    let option = "--minutes"
    var rest = words[...]
    var replaced: [String] = []
    while let word = rest.popFirst() {
      guard word == option || word.hasPrefix(option + "=") else {
        replaced.append(word)
        continue
      }
      if word == option { rest = rest.dropFirst() }
      replaced += ["--steps", "\(steps)"]
    }
    return replaced
  }

  /// A path, also one behind `--option=` or `KIND:`, without its folders.
  private static func named(_ word: String, isFile: (String) -> Bool) -> String {
    let starts =
      [word.startIndex]
      + word.indices.filter { "=:".contains(word[$0]) }.map {
        word.index(after: $0)
      }
    for start in starts where isFile(String(word[start...])) {
      let name = URL(fileURLWithPath: String(word[start...])).lastPathComponent
      return word[..<start] + name
    }
    return word
  }
}

extension Model {
  /// The same with the command that runs beside the last step of its history.
  ///
  /// - Parameter steps: how many were taken, where the command says for how long
  func recordingCommand(steps: Int? = nil) throws(ModelError) -> Model {
    guard let command = RecordedCommand.own, var step = provenance.steps.last else { return self }
    step.command = steps.map(command.replacingMinutes) ?? command.words
    return try with(provenance: Provenance(steps: provenance.steps.dropLast() + [step]))
  }
}

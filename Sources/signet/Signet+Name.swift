import ArgumentParser
import SignetModel

extension Signet {
  /// The parser takes a mistyped command for an argument too many; this names what was meant.
  static func checkCommandName(_ arguments: [String]) throws(ValidationError) {
    guard let word = arguments.first, !word.hasPrefix("-"), word != "help" else { return }
    let names = configuration.subcommands.compactMap { $0.configuration.commandName }
    guard !names.contains(word) else { return }
    let lowercased = word.lowercased()
    let meant = names.contains(lowercased) ? lowercased : closestName(to: word, among: names)
    let hint =
      meant.map { "; did you mean '\($0)'?" }
      ?? "; expected one of \(names.joined(separator: ", "))"
    throw ValidationError("'\(word.printable)' is not a command" + hint)
  }
}

import SignetModel

extension Provenance {
  /// The commands that made a model, oldest first, as a shell takes them in a folder with the files
  /// they name; empty where the last of them is not known.
  ///
  /// - Parameter name: of the model's file
  func commands(making name: String) -> [String] {
    var output = name
    var lines: [String] = []
    for step in steps.reversed() {
      guard let command = step.command, command.count > 2 else { break }
      lines.append(ShellCommand.line(command + ["-o", output]))
      // What one command made, the next one names first.
      guard !command[2].hasPrefix("-") else { break }
      output = command[2]
    }
    return lines.reversed()
  }
}

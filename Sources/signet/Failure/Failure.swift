import ArgumentParser
import Foundation
import SignetTraining

/// An error on its way out: the sentence on standard error and the exit code.
struct Failure {
  let message: String
  let status: Int32
  private let isHelp: Bool

  init(_ error: any Error, command: any ParsableCommand.Type) {
    // What the argument parser raises itself, help included, comes with its own wording.
    let parsed = command.exitCode(for: error)
    if parsed == .success {
      message = command.fullMessage(for: error)
      status = ExitStatus.done.rawValue
      isHelp = true
    } else if parsed == .validationFailure {
      message = Self.signed(command.fullMessage(for: error))
      status = ExitStatus.wrongUsage.rawValue
      isHelp = false
    } else {
      message = Self.message(for: error)
      status = ExitStatus(error).rawValue
      isHelp = false
    }
  }

  func exit() -> Never {
    if isHelp {
      Console.printResult(message)
    } else {
      Console.note(message)
    }
    Foundation.exit(status)
  }

  private static func message(for error: any Error) -> String {
    if case TrainingError.interrupted(let checkpoint) = error {
      guard let checkpoint else {
        return "signet: interrupted before there was anything to keep"
      }
      return "signet: interrupted; the state is in \(checkpoint.path)\n"
        + "To go on where it stopped:\n  \(CommandLine.quoted)"
    }
    return "signet: error: \(error)"
  }

  private static func signed(_ message: String) -> String {
    let prefix = "Error: "
    return "signet: error: "
      + (message.hasPrefix(prefix) ? String(message.dropFirst(prefix.count)) : message)
  }
}

extension CommandLine {
  /// The command line that goes on, as it can be pasted into a shell.
  fileprivate static var quoted: String {
    // With --restart the next run would throw away what this one left.
    ShellCommand.line(arguments.filter { $0 != "--restart" })
  }
}

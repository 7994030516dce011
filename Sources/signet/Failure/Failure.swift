import ArgumentParser
import Foundation
import SignetModel
import SignetReport
import SignetTraining

/// An error on its way out: the sentence on standard error and the exit code.
struct Failure {
  let message: String
  let status: Int32
  /// The sentence alone, for programs.
  private let sentence: String
  private let isHelp: Bool
  /// Whether a program still waits for its object on standard output.
  private let isOwedToPrograms: Bool

  init(_ error: any Error, command: any ParsableCommand.Type) {
    let late = error as? ErrorAfterResult
    let error = late?.error ?? error
    isOwedToPrograms = late == nil
    // What the argument parser raises itself, help included, comes with its own wording.
    let parsed = command.exitCode(for: error)
    if parsed == .success {
      sentence = command.fullMessage(for: error)
      message = sentence
      status = ExitStatus.done.rawValue
      isHelp = true
    } else if parsed == .validationFailure {
      sentence = command.message(for: error)
      message = Self.signed(command.fullMessage(for: error))
      status = ExitStatus.wrongUsage.rawValue
      isHelp = false
    } else {
      sentence = Self.sentence(for: error)
      message = Self.message(for: error, sentence)
      status = ExitStatus(error).rawValue
      isHelp = false
    }
  }

  /// From any thread, whatever the others are doing.
  func exitAtOnce() -> Never {
    Console.note(message)
    _exit(status)
  }

  func exit() -> Never {
    guard isHelp else {
      Console.note(message)
      if isOwedToPrograms, CommandLine.asksForJSON { printObject() }
      Foundation.exit(status)
    }
    do {
      try Console.printResult(message)
    } catch {
      Console.note("signet: error: \(error)")
      Foundation.exit(error.status.rawValue)
    }
    Foundation.exit(status)
  }

  /// Where standard output cannot be written either, the sentence on standard error must do.
  private func printObject() {
    let object = ["error": FailureReport(message: sentence, status: status)]
    guard let text = try? JSONText.encode(object) else { return }
    try? Console.printResult(text)
  }

  private static func sentence(for error: any Error) -> String {
    guard case TrainingError.interrupted(let checkpoint) = error else { return "\(error)" }
    guard let checkpoint else { return "interrupted before there was anything to keep" }
    return "interrupted; the state is in \(checkpoint.path.printablePath)"
  }

  private static func message(for error: any Error, _ sentence: String) -> String {
    switch error {
    case TrainingError.interrupted(let checkpoint):
      return "signet: \(rank)\(sentence)" + (checkpoint == nil ? "" : continuation)
    case TrainingError.rank: return "signet: error: \(rank)\(sentence)" + continuation
    default: return "signet: error: \(rank)\(sentence)"
    }
  }

  private static var continuation: String {
    "\nTo go on where it stopped\(rank.isEmpty ? "" : ", in every process"):\n  \(CommandLine.quoted)"
  }

  /// Which of several processes speaks.
  private static var rank: String {
    guard let launch = try? Launch(ProcessInfo.processInfo.environment) else { return "" }
    return "rank \(launch.rank): "
  }

  private static func signed(_ message: String) -> String {
    let prefix = "Error: "
    return "signet: error: "
      + (message.hasPrefix(prefix) ? String(message.dropFirst(prefix.count)) : message)
  }
}

/// What `--json` prints of an error.
private struct FailureReport: Encodable {
  var message: String
  /// The exit code.
  var status: Int32
}

extension CommandLine {
  /// The command line that goes on, as it can be pasted into a shell.
  fileprivate static var quoted: String {
    // With --restart the next run would throw away what this one left.
    ShellCommand.line(arguments.filter { $0 != "--restart" })
  }

  /// Asked of the words themselves: they may be what could not be parsed.
  fileprivate static var asksForJSON: Bool {
    arguments.dropFirst().prefix { $0 != "--" }.contains("--json")
  }
}

import Foundation
import SignetReport

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#endif

/// The two streams: results on standard output, all talk on standard error.
enum Console {
  static func printResult(_ text: String) {
    FileHandle.standardOutput.write(Data((text + "\n").utf8))
  }

  static func note(_ text: String) {
    FileHandle.standardError.write(Data((text + "\n").utf8))
  }

  static func warn(_ text: String) {
    note("signet: warning: \(text)")
  }

  /// Prints a report as the `--json` flag asks.
  static func print(_ report: some Report, json: Bool) throws {
    printResult(json ? try JSONText.encode(report) : report.text)
  }

  static func write(toError text: String) {
    FileHandle.standardError.write(Data(text.utf8))
  }

  static var errorIsTerminal: Bool {
    isatty(STDERR_FILENO) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"
  }

  /// Characters in a line of the terminal at standard error.
  static var errorColumns: Int {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }
}

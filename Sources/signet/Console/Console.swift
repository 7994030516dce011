import Foundation
import SignetModel
import SignetReport

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#endif

/// The two streams: results on standard output, all talk on standard error.
enum Console {
  /// - Throws: ``CommandError/standardOutput(reason:)``: a result that nobody gets is a failure.
  static func printResult(_ text: String) throws(CommandError) {
    let code = WholeWrite.write(Data((text + "\n").utf8), to: STDOUT_FILENO)
    guard code != 0 else { return }
    if code == EPIPE { StandardStreams.endAtBrokenPipe() }
    throw .standardOutput(reason: String(cString: strerror(code)))
  }

  /// Talk that cannot be written is lost; the work goes on. Names in it come from files of
  /// strangers, so nothing gets through that would steer a terminal.
  static func note(_ text: String) {
    write(toError: text.printableLines + "\n")
  }

  static func warn(_ text: String) {
    note("signet: warning: \(text)")
  }

  /// Prints a report as the `--json` flag asks.
  static func print(_ report: some Report, json: Bool) throws {
    try printResult(
      json ? JSONText.encode(report) : report.text(columns: outputColumns).printableLines)
  }

  static func write(toError text: String) {
    _ = WholeWrite.write(Data(text.utf8), to: STDERR_FILENO)
  }

  static var errorIsTerminal: Bool {
    isatty(STDERR_FILENO) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"
  }

  /// Characters in a line of the terminal at standard error.
  static var errorColumns: Int { columns(of: STDERR_FILENO) ?? usualColumns }

  /// Characters in a line of what is printed: what `COLUMNS` says, else the terminal.
  static var outputColumns: Int {
    let named = ProcessInfo.processInfo.environment["COLUMNS"].flatMap { Int($0) }
    return named.flatMap { $0 > 0 ? $0 : nil } ?? columns(of: STDOUT_FILENO) ?? usualColumns
  }

  private static let usualColumns = 80

  private static func columns(of stream: CInt) -> Int? {
    var size = winsize()
    guard ioctl(stream, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return Int(size.ws_col)
  }
}

import Foundation
import SignetReport

/// Shows how far the work is: a bar that redraws itself on a terminal, a plain line every few
/// seconds elsewhere.
final class ProgressDisplay {
  private let isTerminal: Bool
  private var limit: RateLimit
  private var drawsBar = false

  init(isTerminal: Bool = Console.errorIsTerminal) {
    self.isTerminal = isTerminal
    limit = RateLimit(interval: isTerminal ? 0.1 : 5)
  }

  func show(_ line: ProgressLine) {
    guard limit.isDue(at: ProcessInfo.processInfo.systemUptime, isLast: line.isComplete) else {
      return
    }
    guard isTerminal else {
      Console.note(line.plain)
      return
    }
    // Carriage return, the line, and erase what a longer line left behind it.
    Console.write(toError: "\r\(line.bar(columns: Console.errorColumns - 1))\u{1B}[K")
    drawsBar = true
    if line.isComplete { finish() }
  }

  /// A line that stays, above the bar.
  func note(_ text: String) {
    if drawsBar { Console.write(toError: "\r\u{1B}[K") }
    drawsBar = false
    Console.note(text)
  }

  /// Leaves the bar as it is and goes to the next line.
  func finish() {
    if drawsBar { Console.write(toError: "\n") }
    drawsBar = false
  }
}

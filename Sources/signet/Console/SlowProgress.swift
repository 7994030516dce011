import Foundation
import SignetReport

/// Progress of work that is often done in no time: nothing is shown of its first two seconds.
struct SlowProgress {
  let display: ProgressDisplay
  let label: String
  private var began: ContinuousClock.Instant?

  init(display: ProgressDisplay, label: String) {
    self.display = display
    self.label = label
  }

  /// - Parameter done: the whole lets the next piece of work begin
  mutating func show(done: Int, total: Int) {
    let start = began ?? .now
    began = done < total ? start : nil
    guard done < total, start.duration(to: .now) > .seconds(2) else { return }
    display.show(ProgressLine(label: label, done: done, total: total))
  }
}

import Foundation
import Synchronization
import Torch

/// Tells the other processes of a run that this one lives, and finds out which of them does not.
///
/// A process that is killed closes its connections, and every call that waits for it fails. One that
/// is stopped or cut off from the network leaves the others waiting: so each process counts up a number
/// in the common store, and the first looks at all of them. It writes down which stands still, where
/// the others read it; they look at the first alone, and at whether the store answers at all.
///
/// Two threads: one asks the store and may have to wait for it, the other looks at the clock.
final class RankWatch: Sendable {
  private struct State {
    var place = "the start"
    var isEnding = false
    var beats: RankBeats
    var lost: TrainingError?
    /// Since when the caller knows that a process is gone, but not which.
    var searching: ContinuousClock.Instant?
    var count = 0
  }

  private let store: ProcessStore
  private let launch: Launch
  private let report: @Sendable (TrainingError) -> Void
  private let state: Mutex<State>
  /// Between two beats.
  private let interval: Duration
  /// Of silence, after which a process is lost: some time is left for the others to learn of it.
  private let patience: Duration

  /// - Parameters:
  ///   - timeout: seconds within which all processes are to know that one is lost
  ///   - report: called once, on a thread of the watch
  init(
    store: ProcessStore, launch: Launch, timeout: Double,
    report: @escaping @Sendable (TrainingError) -> Void
  ) {
    self.store = store
    self.launch = launch
    self.report = report
    let watched = launch.rank == 0 ? Array(1..<launch.count) : [0]
    state = Mutex(State(beats: RankBeats(of: watched)))
    interval = .seconds(min(2, max(0.1, timeout / 20)))
    patience = .seconds(0.75 * timeout)
  }

  func begin() {
    for (name, body) in [("asks", ask), ("waits", wait)] {
      let thread = Thread(block: body)
      thread.name = "signet.ranks.\(name)"
      thread.start()
    }
  }

  func end() {
    state.withLock { $0.isEnding = true }
    try? store.set("left/\(launch.rank)", "")
  }

  func note(_ place: String) {
    state.withLock { $0.place = place }
  }

  /// Which process is gone, after a call to all of them failed; `nil` if all seem to be there.
  func lostRank() -> TrainingError? {
    let start = ContinuousClock.now
    state.withLock { $0.searching = start }
    while start.duration(to: .now) < interval * 8 {
      if let lost = state.withLock({ $0.lost }) {
        // The others read it in the store, which ends with the process that keeps it.
        Thread.sleep(forTimeInterval: interval / .seconds(1) * 2)
        return lost
      }
      Thread.sleep(forTimeInterval: interval / .seconds(1) / 4)
    }
    return state.withLock { state in
      state.beats.answered < start ? storeIsGone(since: state.beats.answered) : nil
    }
  }

  /// What is known already.
  var lost: TrainingError? { state.withLock { $0.lost } }

  private var isEnding: Bool { state.withLock { $0.isEnding } }

  private func wait() {
    while !isEnding {
      let lost = state.withLock { state -> TrainingError? in
        guard state.searching == nil else { return nil }
        if let lost = state.lost { return lost }
        let silence = state.beats.answered.duration(to: .now)
        return silence < patience ? nil : storeIsGone(since: state.beats.answered)
      }
      if let lost, !isEnding { return report(lost) }
      Thread.sleep(forTimeInterval: interval / .seconds(1) / 2)
    }
  }

  private func ask() {
    while !isEnding {
      // A store that does not answer is the other thread's affair.
      try? askOnce()
      Thread.sleep(forTimeInterval: interval / .seconds(1))
    }
  }

  private func askOnce() throws(TorchError) {
    let (beat, isSearching) = state.withLock { state in
      state.count += 1
      return ("\(state.count) \(state.place)", state.searching != nil)
    }
    try store.set("beat/\(launch.rank)", beat)
    if let text = try store.value("lost"), let lost = Self.lost(text) {
      return state.withLock { $0.lost = lost }
    }
    let watched = launch.rank == 0 || isSearching ? 0..<launch.count : 0..<1
    for rank in watched where rank != launch.rank {
      let beat = try store.value("beat/\(rank)")
      let hasLeft = try store.value("left/\(rank)") != nil
      state.withLock { state in
        state.beats.heard(beat, of: rank)
        if hasLeft { state.beats.left(rank) }
      }
    }
    let silent = state.withLock { state in
      state.beats.storeAnswered()
      return state.searching.flatMap { state.beats.silent(for: interval * 3, since: $0) }
        ?? state.beats.silent(for: patience)
    }
    guard let silent else { return }
    let place = silent.place.map { "; it was at \($0)" } ?? ""
    // The first word on it is what all processes say.
    let defect = silent.place == nil ? "did not come in" : "has been silent for"
    try store.offer("lost", "\(silent.rank) \(defect) \(Int(silent.seconds)) s\(place)")
  }

  private static func lost(_ text: String) -> TrainingError? {
    guard let space = text.firstIndex(of: " "), let rank = Int(text[..<space]) else { return nil }
    return .rank(rank, defect: String(text[text.index(after: space)...]))
  }

  private func storeIsGone(since answered: ContinuousClock.Instant) -> TrainingError {
    let seconds = Int(answered.duration(to: .now) / .seconds(1))
    return .rank(0, defect: "has not answered at \(launch.host):\(launch.port) for \(seconds) s")
  }
}

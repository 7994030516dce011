/// When each of the other processes was last heard of, and where it then was.
struct RankBeats {
  private struct Beat {
    var text: String?
    var since = ContinuousClock.now
    var hasLeft = false
  }

  private var beats: [Int: Beat]
  /// When the common store last answered.
  private(set) var answered = ContinuousClock.now

  /// - Parameter ranks: those that are listened for, from now on
  init(of ranks: [Int]) {
    beats = Dictionary(uniqueKeysWithValues: ranks.map { ($0, Beat()) })
  }

  /// - Parameter text: a number that counts up, and where the process is
  mutating func heard(_ text: String?, of rank: Int) {
    let known = beats[rank, default: Beat()]
    beats[rank] = known.text == text ? known : Beat(text: text)
  }

  mutating func left(_ rank: Int) {
    beats[rank, default: Beat()].hasLeft = true
  }

  mutating func storeAnswered() { answered = .now }

  /// The silent process of lowest rank.
  ///
  /// - Parameter start: silence before it does not count
  func silent(
    for patience: Duration, since start: ContinuousClock.Instant? = nil
  ) -> (rank: Int, seconds: Double, place: String?)? {
    let now = ContinuousClock.now
    for (rank, beat) in beats.sorted(by: { $0.key < $1.key }) where !beat.hasLeft {
      let silence = max(beat.since, start ?? beat.since).duration(to: now)
      guard silence >= patience else { continue }
      let place = beat.text.map { String($0.drop { $0 != " " }.dropFirst()) }
      return (rank, beat.since.duration(to: now) / .seconds(1), place)
    }
    return nil
  }
}

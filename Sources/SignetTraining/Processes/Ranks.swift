import Foundation
import SignetData
import Torch

/// The processes of a run, of which this one is the ``rank``-th. All of them take the same steps; what
/// one alone does (printing, writing files), the first does.
public final class Ranks: Sendable {
  /// One process on its own.
  public static let alone = Ranks()

  /// This process's place, from 0.
  public let rank: Int
  /// How many processes there are.
  public let count: Int
  let group: ProcessGroup?
  private let watch: RankWatch?

  /// Whether this process prints, logs and writes for all.
  public var isFirst: Bool { rank == 0 }
  /// The part of the work that falls to this process.
  var shard: Shard { Shard(index: rank, count: count) }

  private init() {
    (rank, count, group, watch) = (0, 1, nil, nil)
  }

  /// Finds the other processes and connects with each.
  ///
  /// - Parameters:
  ///   - timeout: seconds: so long the others are waited for, and so long a process may be silent
  ///     before it counts as lost
  ///   - lost: called on a thread of its own once another process counts as lost, with what is known
  ///     of it; whatever waits for that process waits for ever
  /// - Throws: ``TrainingError/rank(_:defect:)``
  public init(
    _ launch: Launch, timeout: Double, lost: @escaping @Sendable (TrainingError) -> Void
  ) throws(TrainingError) {
    rank = launch.rank
    count = launch.count
    let store: ProcessStore
    let watch: RankWatch
    let start = ContinuousClock.now
    @Sendable func notFound(_ reason: String) -> TrainingError {
      let seconds = start.duration(to: .now) / .seconds(1)
      return .rank(0, defect: Self.unreachable(launch, seconds: seconds, reason: reason))
    }
    // A process that is stopped accepts connections all the same, and says nothing.
    let deadline = Deadline(seconds: timeout) { lost(notFound("it says nothing")) }
    defer { deadline.cancel() }
    do throws(TorchError) {
      store = try .connected(launch, timeout: timeout, listens: true)
      // On a connection of its own, which nothing that waits keeps it from.
      watch = RankWatch(
        store: try .connected(launch, timeout: timeout, listens: false), launch: launch,
        timeout: timeout, report: lost)
    } catch {
      throw notFound(error.message)
    }
    deadline.cancel()
    self.watch = watch
    watch.begin()
    do throws(TorchError) {
      // A call waits as long as it must, for others' work may take long; the watch knows who is gone.
      try store.setTimeout(Self.longest)
      group = try ProcessGroup(
        store: store, rank: rank, count: count, timeout: Self.longest)
    } catch {
      throw watch.lostRank() ?? .torch(error)
    }
  }

  /// Seconds that a call may take at most: longer than any part of any work.
  private static let longest = 30.0 * 86_400

  /// Where this process is in its work, which the others are told should it be lost.
  func note(_ place: @autoclosure () -> String) {
    watch?.note(place())
  }

  /// After the last common step: the others may end from now on.
  public func leave() {
    watch?.end()
  }

  /// The process that the watch knows to be lost.
  var lostRank: TrainingError? { watch?.lost }

  /// What went wrong in a call that all processes make: most often, that another is gone.
  func explained(_ error: TorchError) -> TrainingError {
    watch?.lostRank() ?? .torch(error)
  }

  private static func unreachable(_ launch: Launch, seconds: Double, reason: String) -> String {
    let place = "\(launch.host):\(launch.port)"
    if launch.rank == 0, !launch.launcherListens {
      return "cannot listen at \(place) (\(Launcher.port) names another port): \(reason)"
    }
    return "was not found at \(place) in \(Int(seconds)) s (\(Launcher.host) and "
      + "\(Launcher.port) say where it is): \(reason)"
  }
}

extension ProcessStore {
  /// Once a process listens there.
  fileprivate static func connected(
    _ launch: Launch, timeout: Double, listens: Bool
  ) throws(TorchError) -> ProcessStore {
    let start = ContinuousClock.now
    let serves = listens && launch.rank == 0 && !launch.launcherListens
    // One attempt takes libtorch two times as long, and three seconds between.
    let attempt = min(5, timeout / 5)
    let rest = timeout - 2 * attempt - 3
    while true {
      do throws(TorchError) {
        return try ProcessStore(
          host: launch.host, port: launch.port, serves: serves, prefix: "signet/" + launch.run,
          timeout: attempt)
      } catch {
        guard !serves, start.duration(to: .now) < .seconds(rest) else { throw error }
      }
    }
  }
}

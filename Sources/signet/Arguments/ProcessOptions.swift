import ArgumentParser
import Foundation
import SignetTraining

/// How processes that share the work find and watch one another.
struct ProcessOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Where a launcher (torchrun, srun, mpirun) starts several processes: how long they wait for one \
      another, and for one that says nothing, before all end.
      """, valueName: "seconds"))
  var timeout = 120.0

  func validate() throws {
    try check("--timeout", timeout, in: 2...86_400)
  }

  /// Finds the other processes of the run; on its own where no launcher says that there are any.
  func join() throws -> Ranks {
    guard let launch = try Launch(ProcessInfo.processInfo.environment) else { return .alone }
    return try Ranks(launch, timeout: timeout) { lost in
      // The thread that works may wait for the lost process for ever.
      Failure(lost, command: Signet.self).exitAtOnce()
    }
  }

  /// The processors of a machine are divided among its processes.
  func threads(_ common: CommonOptions) throws -> Int {
    let local = try Launch(ProcessInfo.processInfo.environment)?.localCount ?? 1
    return common.threads ?? max(1, common.threadCount / local)
  }
}

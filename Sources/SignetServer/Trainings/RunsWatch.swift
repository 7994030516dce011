import Foundation
import NIOCore
import SignetData
import SignetModel
import SignetReport

/// The trainings below a folder, looked at again every two seconds: requests only get what was seen
/// last, and can cause no reading of files.
package final class RunsWatch: Sendable {
  private let folder: RunsFolder
  private let snapshot: Guarded<ByteBuffer>
  private let isStopped = Guarded(false)

  private static let seconds = 2.0

  /// - Throws: ``DataError`` where the folder cannot be read.
  package init(folder path: String) throws(DataError) {
    folder = try RunsFolder(path)
    snapshot = Guarded(RunsFolder.json([], isCut: false))
  }

  package func start() {
    let thread = Thread { [self] in
      var known: [String: TrainingRun] = [:]
      while !isStopped.value {
        let runs = folder.runs(&known)
        let text = RunsFolder.json(runs.shown, isCut: runs.isCut)
        snapshot.update { $0 = text }
        Thread.sleep(forTimeInterval: Self.seconds)
      }
    }
    thread.name = "runs"
    thread.qualityOfService = .utility
    thread.start()
  }

  package func stop() { isStopped.update { $0 = true } }

  var answer: Response { Response(contentType: "application/json", body: snapshot.value) }
}

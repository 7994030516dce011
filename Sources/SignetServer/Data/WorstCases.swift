import Foundation
import NIOCore
import SignetData
import SignetModel
import SignetReport
import SignetRuntime

/// The images of a data set that models are surest of and wrong about, measured in the background.
package final class WorstCases: Sendable {
  /// What is known so far.
  enum State: Sendable {
    case measuring(done: Int, total: Int)
    case failed(String)
    case ready(json: ByteBuffer, pictures: [Int: ByteBuffer])
  }

  private let measurement: CaseMeasurement
  private let state: Guarded<State>
  private let isStopped = Guarded(false)

  /// - Parameters:
  ///   - dataset: whose labels, if it has any, are classes of the first model
  package init(of dataset: any ImageDataset, models: [ServedModel]) {
    measurement = CaseMeasurement(dataset: dataset, models: models)
    state = Guarded(.measuring(done: 0, total: measurement.total))
  }

  /// Begins to measure.
  package func start() {
    let thread = Thread { [self] in
      do {
        let result = try measurement.run { [self] done in
          guard !isStopped.value else { throw CancellationError() }
          let total = measurement.total
          state.update { $0 = .measuring(done: done, total: total) }
        }
        state.update { $0 = .ready(json: result.json, pictures: result.pictures) }
      } catch {
        state.update { $0 = .failed("\(error)") }
      }
    }
    thread.name = "worst cases"
    // Who tries an image comes first.
    thread.qualityOfService = .utility
    thread.stackSize = 4 << 20
    thread.start()
  }

  package func stop() { isStopped.update { $0 = true } }

  var answer: Response {
    var json = JSONWriter()
    switch state.value {
    case .ready(let text, _): return Response(contentType: "application/json", body: text)
    case .measuring(let done, let total):
      json.object {
        $0.member("state", "measuring")
        $0.member("done", done)
        $0.member("total", total)
      }
    case .failed(let reason):
      json.object {
        $0.member("state", "failed")
        $0.member("message", reason)
      }
    }
    return Response(json: json)
  }

  func picture(_ index: Int) throws(RequestError) -> Response {
    guard case .ready(_, let pictures) = state.value, let file = pictures[index] else {
      throw .notFound("there is no picture of this number among the worst cases")
    }
    return Response(contentType: "image/png", body: file)
  }
}

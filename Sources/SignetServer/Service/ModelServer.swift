import Foundation
import SignetModel
import SignetRuntime

/// A local page and a JSON API for trying models.
package final class ModelServer: Sendable {
  private let server: HTTPServer
  private let pool: WorkerPool
  private let metrics: ServerMetrics
  private let settings: ServerSettings

  /// Listens from now on.
  ///
  /// - Parameters:
  ///   - cases: of a data set, where one is given
  ///   - runs: a folder of training runs, where one is given
  /// - Throws: ``ServerError``, or `EngineError` where a model cannot be run.
  package init(
    models: [ServedModel], settings: ServerSettings, cases: WorstCases? = nil,
    runs: RunsWatch? = nil
  ) throws {
    let rules = try AccessRules(settings)
    let memory = RequestMemory(bytes: settings.memoryBytes)
    for model in models {
      let needed = model.bytes(samples: 1)
      guard needed <= memory.limit(.work) else {
        throw ServerError.memory(
          model: model.name, needed: needed, allowed: memory.limit(.work))
      }
    }
    metrics = ServerMetrics()
    pool = try WorkerPool(models: models, settings: settings, memory: memory, metrics: metrics)
    let service = ModelService(
      models: models, settings: settings, rules: rules, pool: pool, memory: memory,
      metrics: metrics, cases: cases, runs: runs)
    do throws(ServerError) {
      server = try HTTPServer(settings, service: service, memory: memory)
    } catch {
      pool.stop()
      throw error
    }
    self.settings = settings
  }

  package var port: Int { server.port }

  /// Where to look, for people.
  package var address: String {
    let host = settings.host.contains(":") ? "[\(settings.host)]" : settings.host
    return "http://\(host):\(port)/"
  }

  /// Takes no more connections, answers what was taken, and ends.
  ///
  /// - Returns: how many requests there were in all
  package func stop() -> Tally {
    server.stop(within: settings.readSeconds + settings.workSeconds)
    pool.stop()
    return metrics.tally
  }
}

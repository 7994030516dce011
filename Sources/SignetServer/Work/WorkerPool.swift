import Foundation
import SignetRuntime

/// Threads that predict, each with an engine of its own for each model: engines that are shared wait
/// for each other.
final class WorkerPool: Sendable {
  struct Job: Sendable {
    var prediction: Prediction
    var body: RequestBody
    var reply: Reply
    var deadline: Date
    var queued = ContinuousClock.now
  }

  private let queue: WorkQueue<Job>
  private let workers: Int
  private let memory: RequestMemory
  private let metrics: ServerMetrics
  private let running = Guarded(0)
  private let ended = DispatchGroup()

  /// - Throws: `EngineError` where a model cannot be run.
  init(
    models: [ServedModel], settings: ServerSettings, memory: RequestMemory, metrics: ServerMetrics
  ) throws(EngineError) {
    queue = WorkQueue(limit: settings.queue)
    workers = settings.workers
    (self.memory, self.metrics) = (memory, metrics)
    for number in 0..<settings.workers {
      var engines: [Engine] = []
      for model in models {
        engines.append(
          try Engine(model: model.model, options: Engine.Options(threads: settings.threads)))
      }
      start(number, engines)
    }
  }

  var queueDepth: Int { queue.count }
  var inFlight: Int { running.value }

  func add(_ job: Job) throws(RequestError) {
    guard queue.append(job) else {
      throw .busy("\(queue.count) requests wait already", retryAfter: secondsToWait)
    }
  }

  /// Until what waits is done, as long as it has taken of late.
  private var secondsToWait: Int {
    let seconds = metrics.meanWorkSeconds * Double(queue.count) / Double(workers)
    return max(1, min(30, Int(seconds.rounded(.up))))
  }

  /// Lets the workers end when nothing waits any more.
  func stop() {
    queue.close()
    _ = ended.wait(timeout: .now() + 5)
  }

  private func start(_ number: Int, _ engines: [Engine]) {
    ended.enter()
    let thread = Thread { [self] in
      while let job = queue.next() {
        running.update { $0 += 1 }
        autoreleasing { run(job, engines) }
        running.update { $0 -= 1 }
      }
      ended.leave()
    }
    thread.name = "worker \(number)"
    thread.stackSize = 4 << 20
    thread.start()
  }

  private func run(_ job: Job, _ engines: [Engine]) {
    guard !job.reply.isAbandoned() else { return }
    let start = ContinuousClock.now
    let waited = Double.milliseconds(start - job.queued)
    do throws(RequestError) {
      let response = try job.prediction.run(
        job.body, engine: engines[job.prediction.model.index], memory: memory,
        deadline: job.deadline, waited: waited
      ) { metrics.noteRun(model: job.prediction.model.name, seconds: $0) }
      job.reply.send(response)
    } catch {
      job.reply.send(Response(error))
    }
    metrics.noteWork(seconds: Double.milliseconds(ContinuousClock.now - start) * 1e-3)
  }

  private func autoreleasing(_ body: () -> Void) {
    #if canImport(Darwin)
      autoreleasepool(invoking: body)
    #else
      body()
    #endif
  }
}

extension Double {
  static func milliseconds(_ duration: Duration) -> Double { duration / .milliseconds(1) }
}

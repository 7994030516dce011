import Foundation
import NIOCore
import NIOHTTP1
import SignetModel

/// Answers requests: the page, what there is, and predictions.
final class ModelService: RequestService {
  private let models: [ServedModel]
  private let settings: ServerSettings
  private let rules: AccessRules
  private let pool: WorkerPool
  private let memory: RequestMemory
  let metrics: ServerMetrics
  private let cases: WorstCases?
  private let runs: RunsWatch?

  /// Classes that one request may have named.
  private static let mostClasses = 1000

  init(
    models: [ServedModel], settings: ServerSettings, rules: AccessRules, pool: WorkerPool,
    memory: RequestMemory, metrics: ServerMetrics, cases: WorstCases?, runs: RunsWatch?
  ) {
    (self.models, self.settings, self.rules, self.pool) = (models, settings, rules, pool)
    (self.memory, self.metrics, self.cases, self.runs) = (memory, metrics, cases, runs)
  }

  func routeName(of head: HTTPRequestHead) -> String {
    guard let target = try? RequestTarget(head.uri), let route = Route(target.segments) else {
      return "other"
    }
    return route.name
  }

  func noteBegin() { metrics.noteBegin() }

  func note(_ exchange: Exchange) { metrics.note(exchange) }

  func plan(_ head: HTTPRequestHead) throws(RequestError) -> RequestPlan {
    try rules.check(host: head)
    let target = try RequestTarget(head.uri)
    guard let route = Route(target.segments) else {
      try rules.check(caller: head)
      throw .notFound("there is nothing of this path")
    }
    if !route.isOpen { try rules.check(caller: head) }
    guard route.allows(head.method) else { throw .method(allow: route.allows) }
    try target.check(only: route.queryKeys)
    switch route {
    case .page(let file): return .answer(file.response)
    case .health: return .answer(Response(json: healthy))
    case .metrics: return .answer(metricsAnswer)
    case .models: return .answer(Response(json: list.json))
    case .predict(let name): return try predict(name, head, target)
    case .data: return .answer(try cases.orNotFound("--data").answer)
    case .picture(let index): return .answer(try cases.orNotFound("--data").picture(index))
    case .runs: return .answer(try runs.orNotFound("--runs").answer)
    }
  }

  private var list: ModelList {
    ModelList(
      models: models, hasData: cases != nil, hasRuns: runs != nil, bodyBytes: settings.bodyBytes,
      workBytes: memory.limit(.work))
  }

  private var healthy: JSONWriter {
    var json = JSONWriter()
    json.object { $0.member("status", "ok") }
    return json
  }

  private var metricsAnswer: Response {
    let gauges = ServerMetrics.Gauges(
      queueDepth: pool.queueDepth, inFlight: pool.inFlight, memoryBytes: memory.takenBytes)
    return Response(metrics.text(gauges), contentType: "text/plain; version=0.0.4; charset=utf-8")
  }

  private func predict(
    _ name: String, _ head: HTTPRequestHead, _ target: RequestTarget
  ) throws(RequestError) -> RequestPlan {
    guard let model = models.first(where: { $0.name == name }) else {
      throw .notFound(
        "there is no model '\(name.printable)'; there are "
          + models.map { "'\($0.name)'" }.joined(separator: ", "))
    }
    let type = try BodyType(head.headers["Content-Type"])
    guard !type.isImage || model.takesImages else {
      throw .mediaType("the model '\(model.name)' takes no image, but tensors")
    }
    guard head.headers["Content-Encoding"].isEmpty else {
      throw .mediaType("expected a body without Content-Encoding")
    }
    let prediction = Prediction(
      model: model, type: type,
      top: try target.number("top", default: 5, in: 1...Self.mostClasses),
      drawsMaps: try target.choice("map", of: ["values", "png"]) == "png",
      timesLayers: try target.isSet("layers"), limits: settings)
    return .work(bodyBytes: settings.bodyBytes) {
      [pool, settings] (body, reply) throws(RequestError) in
      try pool.add(
        WorkerPool.Job(
          prediction: prediction, body: body, reply: reply,
          deadline: Date(timeIntervalSinceNow: settings.workSeconds)))
    }
  }
}

extension Optional {
  /// - Parameter option: what would make there be one
  fileprivate func orNotFound(_ option: String) throws(RequestError) -> Wrapped {
    guard let self else { throw .notFound("the server was started without \(option)") }
    return self
  }
}

import SignetModel
import SignetReport
import SignetRuntime

/// Times of a page's models, one image at a time.
struct PageTimes {
  let maker: PageMaker

  /// Turns each model gets.
  private static let rounds = 4

  func add(to report: inout NetworkReport) throws {
    var models = [maker.subject.model] + maker.others.map(\.model)
    let hasTwin = maker.float == nil && maker.subject.model.hasBinaryLayers
    models +=
      try maker.float.map { [$0.model] } ?? (hasTwin ? [maker.subject.model.floatTwin()] : [])
    let options = Engine.Options(threads: maker.threads, maximumBatch: 1)
    let engines = try models.map { try Engine(model: $0, options: options) }
    Console.note(
      "report: measuring time, \(Quantity.seconds(maker.seconds * Double(engines.count + 1)))")
    let runs = try Latency(seconds: maker.seconds, minimumRuns: 8, rounds: Self.rounds)
      .compare(engines)
    let medians = runs.map { Quantiles($0).median }
    report.subject.milliseconds = medians[0]
    for index in report.others.indices { report.others[index].milliseconds = medians[index + 1] }
    if report.float != nil { report.float?.milliseconds = medians.last }
    if hasTwin { report.twinMilliseconds = medians.last }
    report.machine = NetworkReport.Machine(
      processor: Processor.current.name, kernels: engines[0].plan.kernels,
      threads: maker.threads)
    report.times = try LayerTimes(options: options, seconds: maker.seconds)
      .measure(maker.subject.model)
  }
}

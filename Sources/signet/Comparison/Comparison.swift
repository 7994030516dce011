import ArgumentParser
import Foundation
import SignetModel
import SignetReport
import SignetTraining

/// Runs a comparison's commands, each as the shell would, and writes the table after each row.
///
/// What is finished is kept, what was interrupted goes on from its checkpoint.
struct Comparison {
  let plan: ComparisonPlan
  let methods: [ComparedMethod]
  private let results: URL
  private let page: URL
  private let evaluated: [String]
  private var report: ComparisonReport
  let lock: FileLock

  /// - Parameter data: where a row's top-1 is measured, on the test split
  /// - Throws: ``CommandError/otherComparison(file:earlier:now:)`` where the folder holds a model
  ///   that another command made.
  init(
    plan: ComparisonPlan, methods: [ComparedMethod], data: String, restart: Bool
  ) throws {
    let folder = URL(fileURLWithPath: plan.folder, isDirectory: true)
    let files = ComparisonFiles(folder: folder)
    results = files.results
    page = files.page
    self.plan = plan
    self.methods = methods
    evaluated =
      ["--data", data] + (plan.threads.map { ["--threads", "\($0)"] } ?? [])
    report = ComparisonReport(
      network: plan.network ?? plan.architecture ?? "", data: data, seed: plan.seed)
    let earlier = try files.earlierReport()
    if !restart, let earlier {
      report.steps = earlier.steps
      report.rows = earlier.rows
    }
    let steps = ([.float] + methods.filter { $0 != .float }).flatMap(plan.steps)
    try files.check(steps, network: plan.network, earlier: earlier, restart: restart)
    try FileFolder.make(folder)
    lock = try FileLock(results)
  }

  /// The float network comes first, with a row of its own or without: all others need it.
  private var order: [ComparedMethod] { [.float] + methods.filter { $0 != .float } }

  mutating func run(restart: Bool) throws -> ComparisonReport {
    report.rows.removeAll { row in !methods.contains { $0.rawValue == row.method } }
    for method in order {
      let steps = plan.steps(of: method)
      for step in steps { try finish(step, restart: restart) }
      guard methods.contains(method) else { continue }
      let row = try row(of: method, steps: steps)
      report.rows.removeAll { $0.method == row.method }
      report.rows.append(row)
      try save()
    }
    return report
  }

  /// Runs a command unless it was run before.
  private mutating func finish(_ step: ComparisonPlan.Step, restart: Bool) throws {
    let index = report.steps.firstIndex { $0.output == step.output }
    let before = index.map { report.steps[$0].seconds } ?? 0
    if let index, report.steps[index].isFinished,
      FileManager.default.fileExists(atPath: step.output)
    {
      Console.note("done before: \(step.line)")
      return
    }
    guard !Interruption.isRequested else { throw TrainingError.interrupted(checkpoint: results) }
    Console.note(step.line)
    let clock = ContinuousClock()
    let start = clock.now
    func record(isFinished: Bool) -> ComparisonReport.Step {
      ComparisonReport.Step(
        command: step.line, output: step.output,
        seconds: before + (clock.now - start) / .seconds(1), isFinished: isFinished)
    }
    report.steps.removeAll { $0.output == step.output }
    report.steps.append(record(isFinished: false))
    let place = report.steps.count - 1
    try save()
    do {
      try perform(step.words + (restart ? ["--restart"] : []))
    } catch {
      report.steps[place] = record(isFinished: false)
      try save()
      throw error
    }
    report.steps[place] = record(isFinished: true)
    try save()
  }

  private func perform(_ words: [String]) throws {
    try RecordedCommand.$inner.withValue(words) {
      switch try Signet.parseAsRoot(words) {
      case let command as TrainCommand: try command.perform()
      case let command as FinetuneCommand: try command.perform()
      case let command as BinarizeCommand: try command.perform()
      default: throw ValidationError("expected a command that makes a model: \(words)")
      }
    }
  }

  private func row(
    of method: ComparedMethod, steps: [ComparisonPlan.Step]
  ) throws -> ComparisonReport.Row {
    let file = plan.output(of: method)
    let evaluation = ["evaluate", file] + evaluated + plan.onnx.words
    let lines = steps.map(\.line) + [ShellCommand.line(["signet"] + evaluation)]
    if let known = report.rows.first(where: { $0.method == method.rawValue }),
      known.commands == lines, !steps.isEmpty
    {
      return known
    }
    guard let evaluate = try Signet.parseAsRoot(evaluation) as? EvaluateCommand else {
      throw ValidationError("expected an evaluation of \(file)")
    }
    let top1 = try evaluate.perform().top1
    let seconds = report.steps.filter { step in lines.contains(step.command) }
      .reduce(0) { $0 + $1.seconds }
    let epochs: Double
    switch method {
    case .float: epochs = plan.network == nil ? plan.floatEpochs : 0
    default: epochs = plan.epochs
    }
    return ComparisonReport.Row(
      method: method.rawValue, top1: top1, epochs: epochs, seconds: seconds,
      fileBytes: try ModelArgument(path: file).load(plan.onnx).fileByteCount, file: file,
      commands: lines)
  }

  private func save() throws {
    let text = try JSONText.encode(report)
    try AtomicFile.write([Data((text + "\n").utf8)], to: results)
    try AtomicFile.write([Data(report.markdown.utf8)], to: page)
  }
}

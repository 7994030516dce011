import ArgumentParser
import SignetModel
import SignetReport
import SignetRuntime
import SignetZoo

struct BenchmarkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "benchmark", abstract: "Measures latency, throughput and memory.",
    discussion: """
      With --arch the weights are random: binary except in the first and the last layer, or \
      float with --float.

      Examples:
        signet benchmark --arch resnet20
        signet benchmark binary.signet --batch-size 8 --json
        signet benchmark binary.signet --layers
      """)

  @Argument(help: "A model file.")
  var model: ModelArgument?

  @Option(help: "A network of the zoo with random weights, instead of a model file.")
  var arch: String?

  @Flag(help: "With --arch: float weights instead of binary ones.")
  var float = false

  @OptionGroup var running: EngineOptions

  @Flag(
    help: """
      Also measure every layer, beside the same layer with float weights (with --engine runtime).
      """)
  var layers = false

  @Option(help: "Images run at once.")
  var batchSize = 1

  @Option(help: "Seconds to measure.")
  var seconds = 3.0

  @Option(help: "Seed of the random weights.")
  var seed: UInt64 = 0

  @OptionGroup(title: "ONNX files") var onnx: ONNXOptions

  @OptionGroup var page: ReportOption

  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard (model == nil) != (arch == nil) else {
      throw ValidationError("expected either a model file or --arch NAME")
    }
    guard running.engine == .runtime || !layers else {
      throw ValidationError("--layers is about the runtime: leave --engine out")
    }
    try check("--batch-size", batchSize, in: 1...65536)
    try check("--seconds", seconds, in: 0...3600)
  }

  func run() throws {
    Interruption.exitAtOnce()
    var files = FileRoles()
    files.reads(model?.path, as: "the model")
    files.writes(page)
    try files.check()
    try page.check()
    let network = try load()
    // One thread unless asked: latencies at one thread are what others publish.
    let threads = common.threads ?? 1
    let options = running.options(threads: threads, batch: batchSize)
    let runner = try running.engine.network(for: network, options: options)
    let display = ProgressDisplay()
    let milliseconds = try Latency(batch: batchSize, seconds: seconds).measure(runner) {
      display.show(
        ProgressLine(
          label: "benchmark", done: Int($1 * 1000), total: Int(seconds * 1000),
          facts: ["\($0) runs"]))
    }
    display.finish()
    let layers = try layers ? LayerTimes(options: options, seconds: seconds).measure(network) : nil
    let report = BenchmarkReport(
      model: model?.path ?? arch ?? "", engine: running.engine.rawValue, threads: threads,
      batch: batchSize, milliseconds: milliseconds,
      peakResidentBytes: ProcessMemory.peakResidentBytes,
      kernels: (runner as? Engine)?.kernelNames ?? [], layers: layers)
    try Console.print(report, json: common.json)
    try page.write {
      let subject =
        model.map { PageMaker.Entry(path: $0.path, model: network) }
        ?? PageMaker.Entry(name: arch ?? "", model: network)
      return PageMaker(
        subject: subject, seconds: seconds, threads: threads, commands: [ShellCommand.own])
    }
  }

  private func load() throws -> Model {
    if let model { return try model.load(onnx.choices) }
    let architecture = try Architecture(named: arch ?? "")
    return float
      ? try architecture.model(seed: seed) : try architecture.binaryModel(seed: seed)
  }
}

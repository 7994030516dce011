import SignetModel
import SignetReport

/// How fast a model runs.
struct BenchmarkReport: Report {
  /// The model file or the architecture.
  var model: String
  /// What ran it: `runtime` or `torch`.
  var engine: String
  var threads: Int
  /// Images per run.
  var batch: Int
  var runs: Int
  /// Of one run of the whole batch.
  var medianMilliseconds: Double
  var p95Milliseconds: Double
  var imagesPerSecond: Double
  /// The most memory the process ever held, in bytes.
  var peakResidentBytes: Int
  /// The kernel of each layer, in forward order.
  var kernels: [String]
  /// Every step of a run, in order; `nil` unless asked for.
  var layers: [LayerTiming]?

  /// - Parameter milliseconds: one measurement per run, in any order; at least one
  init(
    model: String, engine: String, threads: Int, batch: Int, milliseconds: [Double],
    peakResidentBytes: Int, kernels: [String], layers: [LayerTiming]? = nil
  ) {
    self.model = model
    self.engine = engine
    self.threads = threads
    self.batch = batch
    runs = milliseconds.count
    medianMilliseconds = Quantiles(milliseconds).median
    p95Milliseconds = Quantiles(milliseconds).value(at: 0.95)
    imagesPerSecond = medianMilliseconds > 0 ? Double(batch) * 1000 / medianMilliseconds : 0
    self.peakResidentBytes = peakResidentBytes
    self.kernels = kernels
    self.layers = layers
  }

  var text: String { text(columns: .max) }

  func text(columns: Int) -> String {
    var facts = [
      ("model", model.printablePath),
      ("engine", "\(engine), \(threads) thread\(threads == 1 ? "" : "s")"),
      ("batch", "\(batch)"),
      ("median", "\(Quantity.milliseconds(medianMilliseconds)) (\(runs) runs)"),
      ("95th percentile", "\(Quantity.milliseconds(p95Milliseconds))"),
      ("images per second", "\(Quantity.count(Int(imagesPerSecond.rounded())))"),
      ("peak memory", "\(Quantity.bytes(peakResidentBytes))"),
    ]
    if !kernels.isEmpty { facts.append(("kernels", kernelSummary)) }
    let summary = Paragraph.facts(facts, width: 19, columns: columns)
    return [summary, layers?.text(columns: columns)].compactMap { $0 }.joined(separator: "\n\n")
  }

  /// Each kernel once, with the number of layers it runs, in the order of first use.
  private var kernelSummary: String {
    var order: [String] = []
    var uses: [String: Int] = [:]
    for kernel in kernels {
      if uses[kernel] == nil { order.append(kernel) }
      uses[kernel, default: 0] += 1
    }
    return order.map { "\($0) ×\(uses[$0] ?? 0)" }.joined(separator: ", ")
  }
}

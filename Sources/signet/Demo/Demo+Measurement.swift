import SignetData
import SignetReport

extension Demo {
  /// What stands in a row of the table.
  struct Entry {
    let name: String
    let product: Product
    let engine: RunningEngine
  }

  /// Top-1, and the latency of one image at one thread, both with the row's engine.
  func rows(_ entries: [Entry]) throws -> [DemoReport.Row] {
    let batch = 64
    let evaluations = try entries.map { entry in
      try Evaluation.measure(
        entry.engine.classifier(for: entry.product.model, threads: threads, batch: batch),
        of: entry.product.model, on: test, batchSize: batch, label: "evaluate \(entry.name)")
    }
    let milliseconds = try Latency(seconds: 2, rounds: 10).compare(
      entries.map { try $0.engine.classifier(for: $0.product.model, threads: 1, batch: 1) })
    return try entries.indices.map { index in
      DemoReport.Row(
        name: entries[index].name, top1: evaluations[index].top1,
        fileBytes: try entries[index].product.model.fileByteCount,
        medianMilliseconds: Quantiles(milliseconds[index]).median,
        engine: entries[index].engine.rawValue, file: entries[index].product.file.path)
    }
  }
}

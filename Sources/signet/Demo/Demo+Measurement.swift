import SignetData
import SignetReport

extension Demo {
  /// Top-1 and the latency of one image at one thread, both with the same engine.
  func row(
    _ name: String, _ product: Product, engine: RunningEngine
  ) throws -> DemoReport.Row {
    let batch = 64
    let evaluation = try Evaluation.measure(
      engine.classifier(for: product.model, threads: threads, batch: batch), of: product.model,
      on: test, batchSize: batch, label: name)
    let single = try engine.classifier(for: product.model, threads: 1, batch: 1)
    let milliseconds = try Latency(seconds: 2).measure(single)
    return DemoReport.Row(
      name: name, top1: evaluation.top1, fileBytes: try product.model.fileByteCount,
      medianMilliseconds: Quantiles(milliseconds).median, engine: engine.rawValue,
      file: product.file.path)
  }
}

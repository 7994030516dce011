import SignetData
import SignetModel
import SignetReport

extension Evaluation {
  /// Measures a model and shows how far the work is.
  static func measure(
    _ classifier: any Classifier, of model: Model, on dataset: any ImageDataset, batchSize: Int,
    label: String, skipped: SkippedImages? = nil
  ) throws -> Evaluation {
    let display = ProgressDisplay()
    defer { display.finish() }
    let skipping = skipped.map { images in
      { (error: DataError) in
        display.finish()
        images.note(error)
      }
    }
    return try measure(
      classifier, dataset: dataset, inputs: model.networkInputs, preprocessing: model.preprocessing,
      batchSize: batchSize,
      skipping: skipping,
      progress: { done, total in
        display.show(ProgressLine(label: label, done: done, total: total))
      })
  }
}

import Foundation
import SignetData
import SignetModel
import SignetReport
import SignetTraining
import SignetZoo

/// The whole story on Fashion-MNIST: train, binarize twice, fine-tune, measure the files.
///
/// Each stage leaves a model file; a stage whose file is there is not done again.
struct Demo {
  let folder: URL
  let settings: DemoSettings
  let threads: Int
  let training: any ImageDataset
  let test: any ImageDataset
  let lock: FileLock
  /// Where the page goes.
  let page: OutputFile
  private let start = ContinuousClock.now

  /// - Throws: ``DataError`` that says how to get Fashion-MNIST where it is missing.
  init(
    folder: String, data: String?, seed: UInt64, threads: Int, restart: Bool,
    page: OutputFile? = nil
  ) throws {
    let specification = try DatasetSpecification(
      parsing: data.map { "fashion-mnist:\($0)" } ?? "fashion-mnist")
    training = try specification.open(split: .train, limit: nil, seed: seed)
    test = try specification.open(split: .test, limit: nil, seed: seed)
    settings = DemoSettings(seed: seed)
    self.threads = threads
    self.folder = URL(fileURLWithPath: folder, isDirectory: true)
    self.page =
      page ?? OutputFile(path: (folder.hasSuffix("/") ? folder : folder + "/") + "report.html")
    lock = try settings.claim(
      self.folder, stages: Stage.allCases.map(\.rawValue), restart: restart)
  }

  func run() throws -> DemoReport {
    let float = try stage(.float, "training in float") { output, checkpoint in
      let untrained = try settings.architecture.model(seed: settings.seed)
        .with(labels: training.classNames)
      _ = try Training(
        verb: "train", options: settings.training(threads: threads), checkpoint: checkpoint
      ).run(untrained, teacher: nil, data: images, output: output)
    }
    let signs = try stage(.bwn, "binarizing with sign and mean magnitude (BWN)") {
      try binarize(float.model, .bwn, output: $0, checkpoint: $1)
    }
    let hashed = try stage(.bwnh, "binarizing with hashing (BWNH)") {
      try binarize(float.model, .bwnh, output: $0, checkpoint: $1)
    }
    let tuned = try stage(.tuned, "fine-tuning with the float network's outputs and the labels") {
      output, checkpoint in
      _ = try Training(
        verb: "finetune", options: settings.finetuning(threads: threads), checkpoint: checkpoint,
        log: metrics
      ).run(hashed.model, teacher: float.model, data: images, output: output)
    }
    Console.note("measuring the four files")
    let rows = try rows([
      Entry(name: "float", product: float, engine: .torch),
      Entry(name: "BWN", product: signs, engine: .runtime),
      Entry(name: "BWNH", product: hashed, engine: .runtime),
      Entry(name: "BWNH, fine-tuned", product: tuned, engine: .runtime),
    ])
    Console.note("writing a page to look at → \(page.path.printablePath)")
    try pageMaker(tuned, others: [hashed, signs], float: float).write(to: page)
    return DemoReport(
      rows: rows, testImages: test.count, seconds: (ContinuousClock.now - start) / .seconds(1),
      page: page.path)
  }

  /// Where the fine-tuning's metrics go.
  private var metrics: String { folder.appendingPathComponent("metrics").relativePath }

  /// Images that the page's measures are taken on.
  private static let pageImages = 1000

  private func pageMaker(
    _ subject: Product, others: [Product], float: Product
  ) -> PageMaker {
    func entry(_ product: Product) -> PageMaker.Entry {
      PageMaker.Entry(path: product.file.path, model: product.model)
    }
    return PageMaker(
      subject: entry(subject), float: entry(float), others: others.map(entry),
      dataset: test.prefix(Self.pageImages), metrics: (try? MetricsLog.read(metrics)) ?? [],
      commands: [ShellCommand.own])
  }

  /// The rows of the table measure the test images, once, at the end.
  private var images: TrainingData {
    let held = training.holdingOut(share: settings.validationShare, seed: settings.seed)
    return TrainingData(training: held.training, validation: held.validation, test: nil)
  }

  private func binarize(
    _ model: Model, _ method: BinarizationOptions.Method, output: OutputFile, checkpoint: URL
  ) throws {
    _ = try Binarization(
      options: settings.binarization(method, threads: threads), checkpoint: checkpoint
    ).run(model, dataset: training, output: output)
  }
}

import ArgumentParser
import Foundation
import SignetData
import SignetModel
import SignetReport
import SignetTraining

struct BinarizeCommand: ParsableCommand, LongCommand {
  static let configuration = CommandConfiguration(
    commandName: "binarize", abstract: "Turns a float model into a 1-bit one, without labels.",
    discussion: """
      Layer by layer, codes and scales are chosen so that the layer's outputs on the calibration \
      images change least (BWNH). Prints a line per layer.

      Example:
        signet binarize float.signet --data cifar10:cifar-10-batches-bin \\
          -o binary.signet

      With --then-finetune what came out goes beside the output, as NAME.hashed.signet, and is \
      fine-tuned on the same data for so many minutes, with the float model as its teacher and without \
      labels; signet finetune has more options.

        signet binarize float.onnx --data imagefolder:photos --then-finetune 30 \\
          -o tuned.signet
      """)

  @Argument(help: "A float model file or an ONNX file.")
  var model: ModelArgument

  @OptionGroup var data: DataOptions

  @Option(name: [.short, .long], help: ArgumentHelp("The model file to write.", valueName: "file"))
  var output: OutputFile

  @OptionGroup var options: BinarizationArguments

  @Option(
    help: ArgumentHelp(
      "Win back what was lost: fine-tune the result for so many minutes.", valueName: "minutes"))
  var thenFinetune: Double?

  @OptionGroup var storage: StorageOptions

  @OptionGroup var checkpoints: CheckpointOptions

  @OptionGroup(title: "Several processes") var processes: ProcessOptions

  @OptionGroup var device: DeviceOptions

  @OptionGroup var reading: ReadingOptions

  @OptionGroup(title: "ONNX files") var onnx: ONNXOptions

  @OptionGroup(title: "Preprocessing") var preprocessing: PreprocessingOptions

  @OptionGroup var page: ReportOption

  @OptionGroup var common: CommonOptions

  func validate() throws {
    try output.checkIsModelFile()
    try check("--then-finetune", thenFinetune, in: 0.01...1_000_000)
  }

  func run() throws {
    try page.check()
    if let thenFinetune {
      let recovery = try Recovery(self, minutes: thenFinetune)
      guard let report = try recovery.perform() else { return }
      try Console.print(report, json: common.json)
    } else {
      guard let report = try perform() else { return }
      try Console.print(report, json: common.json)
    }
    try page.write(pageMaker)
  }

  private func pageMaker() throws -> PageMaker {
    let made = try Model(contentsOf: output.url)
    var maker = PageMaker(
      subject: .init(path: output.path, model: made),
      float: .init(path: model.path, model: try model.load(onnx.choices, besides: made)),
      commands: [ShellCommand.own], skipped: reading.skippedImages())
    try maker.measure(with: data, seed: options.seed)
    return maker
  }

  /// Everything but the printing.
  ///
  /// - Returns: in the first of several processes
  @discardableResult
  func perform() throws -> BinarizationReport? {
    let ranks = try processes.join()
    try device.use(processes: ranks.count)
    let work = try LongWork(
      files: files, output: output, checkpoints: checkpoints, writes: ranks.isFirst)
    defer { work.release() }
    let float = try model.load(
      onnx.choices, preprocessing, files: files, takesImages: data.data.kind != .tensors)
    let dataset = try data.open(default: .train, seed: options.seed, for: float)
    try files.check(data: dataset.sourceFiles)
    try work.begin()
    Interruption.stopAtNextSafePoint()
    let report = try Binarization(
      options: try options.resolved(threads: processes.threads(common)),
      keptLayers: storage.keptLayers,
      checkpoint: work.checkpoint, skipped: reading.skippedImages(), ranks: ranks
    ).run(float, dataset: dataset, output: output)
    work.finish()
    return report
  }

  var files: FileRoles {
    var files = FileRoles()
    files.reads(model.path, as: "the model")
    files.reads(preprocessing.classNames, as: "--class-names")
    files.writes(output.url, as: "-o")
    files.writes(checkpoints.file(for: output).url, as: "--checkpoint")
    files.writes(page)
    return files
  }
}

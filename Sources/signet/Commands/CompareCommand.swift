import ArgumentParser
import Foundation
import SignetData
import SignetReport
import SignetTraining

struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Trains one network with several methods and tabulates them.",
    discussion: """
      Every method starts from the same float network (MODEL, or ARCH trained first), with the \
      same data, seed and epochs. bwnh is hashed and then fine-tuned. Writes the models, table.md \
      and results.json with the command behind each number. What is finished is kept: run it \
      again to go on.

      --init compares what fine-tuning starts from: bwnh and bwn binarize the float network, \
      random is --arch with fresh weights.

      Options after -- go to the training of every binary method.

      Examples:
        signet compare --arch vgg-small --data cifar10:cifar-10-batches-bin \\
          --epochs 20 -o compared
        signet compare float.signet --methods float,bwn,bwnh --epochs 5 \\
          --data cifar10:cifar-10-batches-bin -o compared -- --batch-size 64
      """)

  @Argument(help: "The float model every method starts from.")
  var model: ModelArgument?

  @Option(help: "A network of the zoo, trained first unless a model is given.")
  var arch: String?

  @OptionGroup var data: DataOptions

  @Option(
    help: ArgumentHelp(
      """
      Separated by commas: \(ComparedMethod.methods.map(\.rawValue).joined(separator: ", ")). \
      (default: all but binaryconnect-stochastic)
      """, valueName: "methods"),
    transform: { try MethodList(parsing: $0, among: MethodList.methods) })
  var methods: MethodList?

  @Option(
    name: .customLong("init"),
    help: ArgumentHelp(
      "Instead of methods: what fine-tuning starts from, of bwnh, bwn and random.",
      valueName: "methods"),
    transform: { try MethodList(parsing: $0, among: ComparedMethod.starts) })
  var initial: MethodList?

  @Option(help: "Passes over the data for each method.")
  var epochs = 10.0

  @Option(help: "Passes over the data for the float network, with --arch. (default: as --epochs)")
  var floatEpochs: Double?

  @Option(help: "What the binary networks learn from: labels, teacher (the float network) or both.")
  var supervision: Supervision = .labels

  @Option(help: "Calibration images of bwnh. (default: as signet binarize)")
  var images: Int?

  @Option(help: "How long bwnh searches for better codes, 0 to 3. (default: as signet binarize)")
  var effort: Int?

  @Option(
    help: """
      What holds bwnh's codes to the float weights; 0.2 suits a few epochs. (default: as signet \
      binarize)
      """)
  var ridge: Float?

  @Option(
    help: """
      Layers left in float, separated by commas: first (behind each input), last (before each \
      output), depthwise, distribution (of a detector's box sides), names and globs; or none.
      """,
    transform: { try KeepPattern(parsing: $0) })
  var keep: KeepPattern = .usual

  @Option(
    name: [.short, .long], help: ArgumentHelp("Where the files go.", valueName: "folder"))
  var output: String

  @Option(help: "Seed of weights, order, augmentation and calibration images.")
  var seed: UInt64 = 0

  @Flag(help: "Start anew even where finished or unfinished work could be picked up.")
  var restart = false

  @OptionGroup(title: "ONNX files") var onnx: ONNXOptions

  @OptionGroup var device: DeviceOptions

  @OptionGroup var page: ReportOption

  @OptionGroup var common: CommonOptions

  @Argument(parsing: .postTerminator, help: "Options for every binary method.")
  var extra: [String] = []

  func validate() throws {
    try check("--epochs", epochs, in: 1e-6...100_000)
    try check("--float-epochs", floatEpochs, in: 1e-6...100_000)
    if methods != nil, initial != nil {
      throw ValidationError("expected --methods or --init, found both")
    }
    guard model != nil || arch != nil else {
      throw ValidationError("expected a model file or --arch NAME")
    }
    if compared.contains(.randomStart), arch == nil {
      throw ValidationError("--init random: the network is built anew, --arch NAME is needed")
    }
  }

  func run() throws {
    Interruption.stopAtNextSafePoint()
    try device.use()
    try files.check()
    try page.check()
    var comparison = try Comparison(
      plan: plan, methods: compared, data: "\(data.data)", restart: restart)
    defer { comparison.lock.release() }
    let report = try comparison.run(restart: restart)
    try Console.print(report, json: common.json)
    try page.write { try pageMaker(report) }
  }

  private var files: FileRoles {
    var files = FileRoles()
    files.reads(model?.path, as: "the model")
    let made = ComparisonFiles(folder: URL(fileURLWithPath: output, isDirectory: true))
    for file in [made.results, made.page] { files.writes(file, as: "-o") }
    for method in compared where method != .float || model == nil {
      files.writes(URL(fileURLWithPath: plan.output(of: method)), as: "-o")
    }
    files.writes(page)
    return files
  }

  /// Looks closely at the network that was hashed or, without one, at the last.
  private func pageMaker(_ report: ComparisonReport) throws -> PageMaker {
    let binary = report.rows.filter { $0.method != ComparedMethod.float.rawValue }
    let subject = binary.first { $0.method == ComparedMethod.bwnh.rawValue } ?? binary.last
    func entry(_ path: String) throws -> PageMaker.Entry {
      PageMaker.Entry(path: path, model: try ModelArgument(path: path).load(onnx.choices))
    }
    let file = subject?.file ?? plan.float
    var maker = PageMaker(
      subject: try entry(file), float: subject == nil ? nil : try entry(plan.float),
      others: try binary.filter { $0.file != file }.map { try entry($0.file) },
      commands: (subject?.commands ?? []) + [ShellCommand.own])
    try maker.measure(with: data, seed: seed)
    return maker
  }

  private var compared: [ComparedMethod] {
    initial?.list ?? methods?.list
      ?? ComparedMethod.methods.filter { $0 != .stochasticBinaryConnect }
  }

  private var plan: ComparisonPlan {
    var images = ["--data", "\(data.data)"]
    if let split = data.split { images += ["--split", split.rawValue] }
    if let limit = data.limit { images += ["--limit", "\(limit)"] }
    let hashing =
      (self.images.map { ["--images", "\($0)"] } ?? [])
      + (effort.map { ["--effort", "\($0)"] } ?? [])
      + (ridge.map { ["--ridge", "\($0)"] } ?? [])
    return ComparisonPlan(
      network: model?.path, architecture: arch, folder: output, data: images, epochs: epochs,
      floatEpochs: floatEpochs ?? epochs, seed: seed, supervision: supervision, keep: keep,
      threads: common.threads, device: device.device, onnx: onnx.choices, hashing: hashing,
      extra: extra)
  }
}

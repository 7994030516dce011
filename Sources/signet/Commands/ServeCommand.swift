import ArgumentParser
import Foundation
import SignetData
import SignetModel
import SignetReport
import SignetServer

struct ServeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Serves a page and a JSON API on this machine, for trying models.",
    discussion: """
      The page takes images (dropped, pasted, chosen, from a camera) and shows what every model \
      makes of them, side by side; with --data the images that a model is surest of and wrong about, \
      with --runs trainings as they go. Programs ask POST /v1/models/NAME/predict. Only this machine \
      can reach it, unless --host says otherwise, which needs a token. Ctrl-C or a termination \
      request lets it answer what it has taken, and end.

      Examples:
        signet serve binary.signet --against float.signet
        curl --data-binary @cat.jpg -H 'Content-Type: image/jpeg' \\
          http://127.0.0.1:8080/v1/models/binary/predict
      """)

  @Argument(help: "Model files or ONNX files.")
  var models: [ModelArgument]

  @Option(
    help: ArgumentHelp(
      "A float network to show beside the models; may be given several times.", valueName: "model"))
  var against: [ModelArgument] = []

  @OptionGroup(title: "Serving") var serving: ServingOptions

  @Option(
    help: ArgumentHelp(
      "Show the images that the models are surest of and wrong about: \(DataOptions.forms.abstract)"
    ),
    transform: { try DatasetSpecification(parsing: $0) })
  var data: DatasetSpecification?

  @OptionGroup var part: PartOptions

  @OptionGroup var classes: ClassOptions

  @Option(
    help: ArgumentHelp(
      "Show the trainings whose --log is in this folder or below.", valueName: "folder"))
  var runs: String?

  @OptionGroup(title: "Detectors") var boxes: BoxOptions

  @OptionGroup(title: "ONNX files") var onnx: ONNXOptions

  @OptionGroup(title: "Preprocessing") var preprocessing: PreprocessingOptions

  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard !models.isEmpty else { throw ValidationError("Missing expected argument '<models> ...'") }
    if data == nil, part.split != nil || part.limit != nil {
      throw ValidationError("--split, --limit: say which images of --data; it is missing")
    }
  }

  func run() throws {
    Interruption.exitAtOnce()
    let settings = serving.settings(threads: common.threads)
    let served = try servedModels()
    let cases = try data.map { data in
      let dataset = try classes.matched(
        part.open(
          data, default: .test, limit: part.limit ?? PageMaker.images, seed: 0,
          for: served[0].model),
        to: served[0].model)
      return WorstCases(of: dataset, models: served)
    }
    let watch = try runs.map { try RunsWatch(folder: $0) }
    Interruption.stopAtNextSafePoint()
    let server = try ModelServer(models: served, settings: settings, cases: cases, runs: watch)
    try Console.print(
      ServingReport(address: server.address, port: server.port, models: served.map(\.name)),
      json: common.json)
    Console.note("signet: Ctrl-C ends it")
    cases?.start()
    watch?.start()
    while !Interruption.isRequested { Thread.sleep(forTimeInterval: 0.05) }
    Console.note("signet: stopping")
    cases?.stop()
    watch?.stop()
    let tally = server.stop()
    let rest = tally.taken - tally.answered
    Console.note(
      "signet: \(Quantity.count(tally.answered)) requests answered"
        + (rest > 0 ? ", \(Quantity.count(rest)) given up by their clients" : ""))
  }

  private func servedModels() throws -> [ServedModel] {
    func source(_ argument: ModelArgument, _ model: Model, isReference: Bool) throws
      -> ServedModel.Source
    {
      ServedModel.Source(
        path: argument.path, model: model, fileBytes: try model.fileByteCount,
        isReference: isReference, boxes: try boxes.reader(of: model))
    }
    let first = try models[0].load(onnx.choices, preprocessing)
    var sources = [try source(models[0], first, isReference: false)]
    for argument in models.dropFirst() {
      sources.append(
        try source(
          argument, argument.load(onnx.choices, besides: first), isReference: false))
    }
    for argument in against {
      sources.append(
        try source(argument, argument.load(onnx.choices, besides: first), isReference: true))
    }
    return ServedModel.named(sources)
  }
}

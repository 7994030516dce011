import ArgumentParser
import SignetData
import SignetModel

/// The images a subcommand works on.
struct DataOptions: ParsableArguments {
  static let forms: ArgumentHelp = """
    KIND:PATH, one of cifar10:DIR, cifar100:DIR, fashion-mnist[:DIR], imagefolder:DIR, \
    imagelist:FILE, tensors:PATH (.npz, .npy or .safetensors files, arrays named like the inputs).
    """

  @Option(
    help: forms, transform: { try DatasetSpecification(parsing: $0) })
  var data: DatasetSpecification

  @Option(help: "Which part of the data: train or test.")
  var split: Split?

  @Option(help: "Take at most this many images.")
  var limit: Int?

  func validate() throws {
    if let limit, limit < 1 {
      throw ValidationError("--limit: expected at least 1, found \(limit)")
    }
  }

  func open(
    default defaultSplit: Split, limit limitOverride: Int? = nil, seed: UInt64,
    for model: Model? = nil
  ) throws(DataError) -> any ImageDataset {
    try data.open(
      split: split ?? defaultSplit, limit: limitOverride ?? limit, seed: seed,
      inputs: model?.networkInputs ?? [])
  }
}

extension Split: ExpressibleByArgument {}

import ArgumentParser
import SignetData
import SignetModel

/// The images a subcommand works on.
struct DataOptions: ParsableArguments {
  static let forms: ArgumentHelp = """
    KIND:PATH, one of cifar10:DIR, cifar100:DIR, fashion-mnist[:DIR], imagefolder:DIR, \
    imagenet:DIR, imagelist:FILE, webdataset:PATTERN (tar archives, e.g. 'train-{000..099}.tar'), tensors:PATH \
    (.npz, .npy or .safetensors files, arrays named like the inputs).
    """

  @Option(
    help: forms, transform: { try DatasetSpecification(parsing: $0) })
  var data: DatasetSpecification

  @OptionGroup var part: PartOptions

  var split: Split? { part.split }
  var limit: Int? { part.limit }

  func open(
    default defaultSplit: Split, limit limitOverride: Int? = nil, seed: UInt64,
    for model: Model? = nil
  ) throws(DataError) -> any ImageDataset {
    try part.open(data, default: defaultSplit, limit: limitOverride, seed: seed, for: model)
  }
}

import ArgumentParser
import SignetData
import SignetModel

/// Which of the images of a set a subcommand works on.
struct PartOptions: ParsableArguments {
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
    _ data: DatasetSpecification, default defaultSplit: Split, limit limitOverride: Int? = nil,
    seed: UInt64, for model: Model? = nil
  ) throws(DataError) -> any ImageDataset {
    try data.open(
      split: split ?? defaultSplit, limit: limitOverride ?? limit, seed: seed,
      inputs: model?.networkInputs ?? [])
  }
}

extension Split: ExpressibleByArgument {}

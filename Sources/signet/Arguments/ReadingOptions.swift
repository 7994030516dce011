import ArgumentParser

/// What happens where an image cannot be read.
struct ReadingOptions: ParsableArguments {
  @Flag(help: "Stop at the first image that cannot be read, instead of naming and skipping it.")
  var strict = false

  func skippedImages() -> SkippedImages? { strict ? nil : SkippedImages() }
}

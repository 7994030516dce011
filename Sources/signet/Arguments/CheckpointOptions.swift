import ArgumentParser
import Foundation

/// Where unfinished work is kept.
struct CheckpointOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Where unfinished work is kept and picked up again. (default: the output's name with "
        + "'.checkpoint')", valueName: "file"))
  var checkpoint: String?

  @Flag(help: "Start anew even where unfinished work could be picked up.")
  var restart = false

  func file(for output: OutputFile) -> OutputFile {
    OutputFile(path: checkpoint ?? output.path + ".checkpoint")
  }
}

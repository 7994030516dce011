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

  /// The checkpoint's file, after saying what will be done with one that exists.
  func prepare(for output: OutputFile) throws -> URL {
    let file = OutputFile(path: checkpoint ?? output.path + ".checkpoint")
    try file.check()
    if FileManager.default.fileExists(atPath: file.path) {
      if restart {
        try FileManager.default.removeItem(at: file.url)
      } else {
        Console.note("going on from \(file.path) (--restart starts anew)")
      }
    }
    return file.url
  }
}

extension URL {
  /// Removes a checkpoint whose work is done.
  func removeCheckpoint() {
    try? FileManager.default.removeItem(at: self)
  }
}

import ArgumentParser
import Foundation

/// What every subcommand takes.
struct CommonOptions: ParsableArguments {
  @Flag(help: "Print one JSON object on standard output; progress stays on standard error.")
  var json = false

  @Option(help: "Threads to use. (default: one per core)")
  var threads: Int?

  func validate() throws {
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads: expected 1 to 1024, found \(threads)")
    }
  }

  var threadCount: Int { threads ?? ProcessInfo.processInfo.activeProcessorCount }
}

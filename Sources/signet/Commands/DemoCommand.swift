import ArgumentParser
import Foundation
import SignetReport

struct DemoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo", abstract: "The whole story on Fashion-MNIST, in minutes.",
    discussion: """
      Trains a small network in float, binarizes it with sign and mean magnitude (BWN) and with \
      hashing (BWNH), fine-tunes it, and measures the four files. What is finished is kept: run \
      it again to go on.

      Example:
        signet demo --output signet-demo
      """)

  @Option(name: [.short, .long], help: ArgumentHelp("Where the files go.", valueName: "folder"))
  var output = "signet-demo"

  @Option(
    help: ArgumentHelp(
      "The folder of the four Fashion-MNIST files. (default: where Debian installs them)",
      valueName: "folder"))
  var data: String?

  @Option(help: "Seed of weights, batches and calibration images.")
  var seed: UInt64 = 0

  @Flag(help: "Start anew even where finished or unfinished work could be picked up.")
  var restart = false

  @Option(
    help: ArgumentHelp(
      "The page to look at, one HTML file. (default: report.html in the folder)",
      valueName: "file"))
  var report: OutputFile?

  @OptionGroup var common: CommonOptions

  private var files: FileRoles {
    var files = FileRoles()
    let folder = URL(fileURLWithPath: output, isDirectory: true)
    for stage in Demo.Stage.allCases {
      files.writes(folder.appendingPathComponent("\(stage.rawValue).signet"), as: "--output")
    }
    files.writes(report?.url, as: "--report")
    return files
  }

  func run() throws {
    Interruption.stopAtNextSafePoint()
    try files.check()
    try report?.check()
    let demo = try Demo(
      folder: output, data: data, seed: seed, threads: common.threadCount, restart: restart,
      page: report)
    defer { demo.lock.release() }
    try Console.print(demo.run(), json: common.json)
  }
}

import Foundation
import FuzzSupport

/// Feeds damaged files to everything in Signet that reads files.
///
///     swift run -c release --sanitize address fuzz [--target onnx|model|image] [--count N]
///       [--from INDEX] [--corpus FOLDER] [--state FILE]
///
/// Input number i is the same in every run. Before each input its number is written to the state
/// file, so that after a crash `--from $(cat FILE) --count 1` repeats it.
@main
struct Fuzz {
  static func main() throws {
    var options: [String: String] = [:]
    var arguments = Array(CommandLine.arguments.dropFirst())
    while arguments.count >= 2 {
      options[arguments.removeFirst()] = arguments.removeFirst()
    }
    let chosen = options["--target"].flatMap(FuzzTarget.init(rawValue:))
    let count = options["--count"].flatMap(UInt64.init) ?? 100_000
    let first = options["--from"].flatMap(UInt64.init) ?? 0
    let folder = options["--corpus"].map { URL(fileURLWithPath: $0, isDirectory: true) }
    let corpus = try Corpus(adding: folder)
    let state = options["--state"].flatMap { path -> FileHandle? in
      _ = FileManager.default.createFile(atPath: path, contents: nil)
      return FileHandle(forWritingAtPath: path)
    }
    var slow = 0
    for target in chosen.map({ [$0] }) ?? FuzzTarget.allCases {
      var taken = 0
      var slowest = 0.0
      let clock = ContinuousClock()
      for index in first..<first + count {
        if let state {
          try state.seek(toOffset: 0)
          state.write(Data("\(target.rawValue) \(index)\n".utf8))
        }
        let input = target.input(index, corpus: corpus)
        var isTaken = false
        let elapsed = clock.measure { isTaken = target.read(input) }
        let seconds =
          Double(elapsed.components.attoseconds) * 1e-18
          + Double(elapsed.components.seconds)
        taken += isTaken ? 1 : 0
        slowest = max(slowest, seconds)
        if seconds > 1 {
          slow += 1
          print("\(target.rawValue) \(index): \(seconds) s")
        }
      }
      print(
        "\(target.rawValue): \(count) inputs, \(taken) taken, "
          + "slowest \(Int(slowest * 1000)) ms")
    }
    exit(slow == 0 ? 0 : 1)
  }
}

import Foundation
import FuzzSupport

/// Feeds damaged files to everything in Signet that reads files.
///
///     swift run -c release --sanitize address fuzz [--target onnx|model|image|engine]
///       [--count N] [--from INDEX] [--corpus FOLDER] [--state FILE]
///
/// Input number i is the same in every run. Before each input its number is written to the state
/// file, so that after a crash or a hang `--from NUMBER --count 1` repeats it. An input may take two
/// seconds of processor time, so that a busy machine makes nothing slow, and a gibibyte; the run fails
/// if one takes more, or if AddressSanitizer is asked for more at once.
@main
struct Fuzz {
  static func main() throws {
    Limits.holdAllocations()
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
    var excessive = 0
    for target in chosen.map({ [$0] }) ?? FuzzTarget.allCases {
      var taken = 0
      var slowest = 0.0
      var largest = 0
      for index in first..<first + count {
        if let state {
          try state.seek(toOffset: 0)
          state.write(Data("\(target.rawValue) \(index)\n".utf8))
        }
        let input = target.input(index, corpus: corpus)
        alarm(Limits.hangSeconds)
        Limits.forgetPeak()
        let held = Limits.memory.now
        let start = processorSeconds
        taken += target.read(input) ? 1 : 0
        let seconds = processorSeconds - start
        slowest = max(slowest, seconds)
        let bytes = Limits.memory.peak - held
        largest = max(largest, bytes)
        if seconds > Limits.seconds || bytes > Limits.bytes {
          excessive += 1
          print("\(target.rawValue) \(index): \(seconds) s, \(bytes >> 20) MiB")
        }
      }
      print(
        "\(target.rawValue): \(count) inputs, \(taken) taken, "
          + "slowest \(Int(slowest * 1000)) ms, largest \(largest >> 20) MiB")
    }
    exit(excessive == 0 ? 0 : 1)
  }

  /// What this thread has computed so far.
  private static var processorSeconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}

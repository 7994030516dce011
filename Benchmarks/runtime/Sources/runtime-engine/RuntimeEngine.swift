import Foundation
import SignetModel
import SignetRuntime

/// Serves one model over standard input and output, as `peer.py` does for the other engines.
///
///     runtime-engine MODEL INPUT THREADS BATCH default|exact
@main
enum RuntimeEngine {
  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 6, let threads = Int(arguments[3]), let batch = Int(arguments[4])
    else {
      throw Failure(description: "runtime-engine MODEL INPUT THREADS BATCH default|exact")
    }
    let clock = ContinuousClock()
    let start = clock.now
    let model = try Model(contentsOf: URL(fileURLWithPath: arguments[1]))
    let engine = try Engine(
      model: model,
      options: Engine.Options(
        threads: threads, maximumBatch: batch, isExact: arguments[5] == "exact"))
    let load = clock.now - start
    let one = try Data(contentsOf: URL(fileURLWithPath: arguments[2])).withUnsafeBytes {
      Array($0.bindMemory(to: Float.self))
    }
    let images = Array(repeatElement(one, count: batch).joined())
    answer(["load": load / .milliseconds(1), "kernels": Set(engine.kernelNames).sorted()])
    while let line = readLine() {
      let words = line.split(separator: " ")
      if words.first == "run", words.count == 2, let count = Int(words[1]) {
        var milliseconds: [Double] = []
        var busyMilliseconds: [Double] = []
        for _ in 0..<count {
          let busy = processorMilliseconds()
          let duration = try clock.measure { _ = try engine.run(images, count: batch) }
          busyMilliseconds.append(processorMilliseconds() - busy)
          milliseconds.append(duration / .milliseconds(1))
        }
        answer(["milliseconds": milliseconds, "busyMilliseconds": busyMilliseconds])
      } else if line == "scores" {
        let scores = try engine.run(images, count: batch).prefix(engine.classCount)
        answer(["scores": scores.map(Double.init)])
      } else if line == "layers" {
        try answerLayers(engine, images, batch)
      }
    }
  }

  private static func answerLayers(_ engine: Engine, _ images: [Float], _ batch: Int) throws {
    var best = [Double](repeating: .infinity, count: engine.plan.steps.count)
    for _ in 0..<50 {
      let seconds = try engine.measuredRun(images, count: batch).seconds
      for (index, value) in seconds.enumerated() { best[index] = min(best[index], value) }
    }
    let layers = zip(engine.plan.steps, best).map { step, seconds in
      [
        "name": step.name, "kernel": step.kernel, "microseconds": seconds * 1e6,
        "multiplyAdds": step.multiplyAdds, "shape": "\(step.outputShape)",
      ] as [String: Any]
    }
    answer(["layers": layers])
  }

  /// What the processor worked for this process.
  private static func processorMilliseconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) * 1e3 + Double(time.tv_nsec) * 1e-6
  }

  private static func answer(_ object: [String: Any]) {
    guard let data = try? JSONSerialization.data(withJSONObject: object) else { return }
    FileHandle.standardOutput.write(data + Data("\n".utf8))
  }
}

struct Failure: Error, CustomStringConvertible {
  let description: String
}

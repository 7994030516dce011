import Foundation
import HashingOracles
import SignetHashing

/// What the scripts beside this package call; every command prints one JSON object.
///
///     hashing-benchmark synthesize BASE S N M
///     hashing-benchmark solve BASE THREADS EFFORT CODES SWEEPS
///     hashing-benchmark feedback BASE THREADS
///     hashing-benchmark bound BASE FILTERS STEPS
///     hashing-benchmark gram S M THREADS
@main
struct HashingBenchmark {
  static func main() throws {
    var arguments = Array(CommandLine.arguments.dropFirst())
    guard !arguments.isEmpty else { throw Usage.wrong }
    let verb = arguments.removeFirst()
    let base = arguments.first ?? ""
    let numbers = arguments.compactMap { Int($0) }
    switch (verb, numbers.count) {
    case ("synthesize", 3):
      let layer = try SyntheticLayer(
        patchLength: numbers[0], filterCount: numbers[1], patchCount: numbers[2], threads: 2)
      try LayerFiles.write(layer.problem, base)
      show(["patchLength": numbers[0], "filterCount": numbers[1]])
    case ("solve", 4):
      guard let effort = HashingOptions.Effort(rawValue: numbers[1]) else { throw Usage.wrong }
      let options = HashingOptions(
        sweeps: numbers[3], effort: effort, codes: numbers[2], threads: numbers[0])
      try solve(base, DescentSolver(options))
    case ("feedback", 1):
      try solve(base, ErrorFeedbackSolver(threads: numbers[0]))
    case ("bound", 2):
      try bound(base, filters: numbers[0], steps: numbers[1])
    case ("gram", 3):
      let layer = try SyntheticLayer(
        patchLength: numbers[0], filterCount: 1, patchCount: numbers[1], threads: numbers[2])
      show(["seconds": layer.gramSeconds, "flops": layer.gramFlops / layer.gramSeconds])
    default:
      throw Usage.wrong
    }
  }

  private enum Usage: Error { case wrong }

  private static func solve(_ base: String, _ solver: some LayerSolver) throws {
    let problem = try LayerFiles.read(base)
    let clock = ContinuousClock()
    let start = clock.now
    let busyBefore = processorSeconds
    let solution = try solver.solve(problem)
    let seconds = (clock.now - start).seconds
    show([
      "seconds": seconds, "processorSeconds": processorSeconds - busyBefore,
      "errorBefore": solution.errorBefore, "errorAfter": solution.errorAfter,
      "flips": solution.flips, "sweeps": solution.sweeps,
    ])
  }

  /// Bound and long search of the first filters, both of the problem with a ridge of a hundred thousandth:
  /// G as float32 holds it may be just short of positive definite, and then bounds nothing.
  private static func bound(_ base: String, filters: Int, steps: Int) throws {
    let problem = try LayerFiles.read(base).withRidge(1e-5)
    let count = min(filters, problem.filterCount)
    let lower = LowerBound(steps: steps)
    let sum = (0..<count).reduce(0.0) { $0 + lower.value(problem, filter: $1) }
    let found = try DescentSolver(HashingOptions(effort: .longSearch)).solve(problem)
    let energy = problem.energy[..<count].reduce(0, +)
    show([
      "filters": count, "errorBound": sum / energy,
      "errorAfter": found.objective[..<count].reduce(0, +) / energy,
    ])
  }

  /// Time this process kept processors busy, on all threads: what it costs on a shared machine too.
  private static var processorSeconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
  }

  private static func show(_ values: [String: any Sendable]) {
    if let text = try? JSONSerialization.data(withJSONObject: values, options: .sortedKeys) {
      print(String(decoding: text, as: UTF8.self))
    }
  }
}

import Foundation
import SignetModel

/// Measures how long models take for one batch.
struct Latency {
  /// Images per run.
  var batch = 1
  /// How long to go on measuring each model.
  var seconds = 3.0
  /// Runs made in any case.
  var minimumRuns = 20
  /// Turns each model gets. Models that are compared take turns, so that a machine that is busy
  /// for a while slows all of them.
  var rounds = 1

  /// - Returns: milliseconds of each run; the first runs, which warm caches up, are not counted
  func measure(
    _ network: any Classifier & NamedNetwork,
    progress: (_ runs: Int, _ seconds: Double) -> Void = { _, _ in }
  ) throws -> [Double] {
    let inputs = network.inputs.map { Self.noise(count: batch * $0.shape.elementCount) }
    for _ in 0..<3 { _ = try network.logits(inputs: inputs, count: batch) }
    let clock = ContinuousClock()
    let start = clock.now
    let turn = Duration.seconds(seconds / Double(rounds))
    let runs = (minimumRuns + rounds - 1) / rounds
    var milliseconds: [Double] = []
    while milliseconds.count < runs || clock.now - start < turn {
      let duration = try clock.measure { _ = try network.logits(inputs: inputs, count: batch) }
      milliseconds.append(duration / .milliseconds(1))
      progress(milliseconds.count, (clock.now - start) / .seconds(1))
    }
    return milliseconds
  }

  /// - Returns: milliseconds of each run by model
  func compare(_ networks: [any Classifier & NamedNetwork]) throws -> [[Double]] {
    var milliseconds = [[Double]](repeating: [], count: networks.count)
    for _ in 0..<rounds {
      for (index, network) in networks.enumerated() {
        milliseconds[index] += try measure(network)
      }
    }
    return milliseconds
  }

  /// Numbers of zero mean and unit deviation, the statistics of preprocessed images: zeros would
  /// make some kernels faster than they are.
  static func noise(count: Int) -> [Float] {
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15
    return (0..<count).map { _ in
      // xorshift64 (Marsaglia 2003)
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      let uniform = Float(state >> 40) / Float(1 << 24)
      return (uniform - 0.5) * Float(12).squareRoot()
    }
  }
}

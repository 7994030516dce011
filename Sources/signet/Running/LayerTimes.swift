import Foundation
import SignetModel
import SignetReport
import SignetRuntime

/// Measures every step of a model, beside the same model with float weights.
struct LayerTimes {
  var options: Engine.Options
  var seconds: Double

  func measure(_ model: Model) throws -> [LayerTiming] {
    let engine = try Engine(model: model, options: options)
    let twin = try model.hasBinaryLayers ? Engine(model: model.floatTwin(), options: options) : nil
    let hertz = ProcessorClock.measuredHertz()
    let batch = options.maximumBatch
    let inputs = Self.noise(for: engine, samples: batch)
    var own: [[Double]] = []
    var twins: [[Double]] = []
    let clock = ContinuousClock()
    let start = clock.now
    // In turns, so that a machine that is busy for a while slows both.
    while own.count < 20 || clock.now - start < .seconds(seconds) {
      own.append(try engine.measuredRun(inputs).seconds)
      if let twin { twins.append(try twin.measuredRun(inputs).seconds) }
    }
    let medians = medians(own)
    let total = medians.reduce(0, +)
    var floats: [String: (seconds: Double, channels: Int)] = [:]
    if let twin {
      for (step, seconds) in zip(twin.plan.steps, self.medians(twins)) {
        floats[step.name] = (seconds, step.outputShape.channels)
      }
    }
    // A binary layer may be several steps, each with some of the filters.
    func floatSeconds(_ step: EnginePlan.Step) -> Double? {
      guard step.isBinary, let float = floats[step.name] else { return nil }
      return float.seconds * Double(step.outputShape.channels) / Double(float.channels)
    }
    return zip(engine.plan.steps, medians).map { step, seconds in
      LayerTiming(
        name: step.name, kernel: step.kernel, outputShape: step.outputShape.extents,
        milliseconds: seconds * 1e3, share: total > 0 ? seconds / total : 0,
        multiplyAdds: step.multiplyAdds * batch, hertz: hertz,
        floatMilliseconds: floatSeconds(step).map { $0 * 1e3 })
    }
  }

  private static func noise(for engine: Engine, samples: Int) -> [String: DenseTensor] {
    var tensors: [String: DenseTensor] = [:]
    for input in engine.inputs {
      tensors[input.name] = DenseTensor(
        extents: [samples] + input.shape.extents,
        values: Latency.noise(count: samples * input.shape.elementCount))
    }
    return tensors
  }

  /// The median of each step over the runs, the first of which warmed up.
  private func medians(_ runs: [[Double]]) -> [Double] {
    guard let count = runs.first?.count else { return [] }
    return (0..<count).map { step in Quantiles(runs.dropFirst(3).map { $0[step] }).median }
  }
}

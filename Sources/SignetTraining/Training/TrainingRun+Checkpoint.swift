import Foundation
import SignetModel
import Torch

extension TrainingRun {
  private static let stepKey = "step"
  /// Of each process; a run of another number of them goes on with the states there are.
  private static func generatorKey(_ rank: Int) -> String {
    rank == 0 ? "generator" : "generator.\(rank)"
  }
  private static let bestKey = "best"
  private static let startKey = "start"
  private static let meterKey = "meter"

  /// Everything that changes from step to step, by name.
  var state: [(name: String, tensor: Tensor)] {
    var state = optimization.state
    state += executor.statistics.map { ("statistics/" + $0.name, $0.tensor) }
    return state + (average?.state ?? [])
  }

  /// - Throws: ``TrainingError/diverged(step:layer:part:checkpoint:)`` rather than keep a state that
  ///   has gone wrong since the last loss.
  func saveCheckpoint() throws {
    guard let checkpoint else { return }
    var file = Checkpoint(kind: .training, fingerprint: fingerprint)
    file.values[Self.stepKey] = "\(step)"
    file.values[Checkpoint.totalStepsKey] = "\(totalSteps)"
    file.values[Self.meterKey] = meter.text
    if let best {
      file.values[Self.bestKey] = best.text
      file.tensors[Self.bestKey] = Checkpoint.Entry(bytes: try best.model.fileBytes())
      file.tensors[Self.startKey] = Checkpoint.Entry(bytes: best.startHits)
    }
    for (name, tensor) in state {
      let floats = try tensor.toFloats()
      guard floats.allSatisfy(\.isFinite) else {
        // 'parameter/conv1.weight'
        let layer = name.drop { $0 != "/" }.dropFirst().split(separator: ".").dropLast()
        throw diverged(at: layer.joined(separator: "."), .weights)
      }
      file.tensors[name] = Checkpoint.Entry(floats: floats, shape: tensor.shape)
    }
    for (rank, state) in try ranks.gathered(Generator.process.state()).enumerated() {
      file.tensors[Self.generatorKey(rank)] = Checkpoint.Entry(bytes: state)
    }
    if ranks.isFirst { try file.write(to: checkpoint) }
    hasCheckpoint = true
  }

  func resumeIfPossible() throws {
    guard let checkpoint,
      let file = try ranks.checkpoint(.training, fingerprint: fingerprint, in: checkpoint)
    else { return }
    guard let step = file.values[Self.stepKey].flatMap(Int.init), (0...totalSteps).contains(step),
      let sums = file.values[Self.meterKey], meter.restore(text: sums),
      let first = file.tensors[Self.generatorKey(0)], first.elementType == .uint8
    else {
      throw TrainingError.checkpoint(
        file: checkpoint, defect: "the step, the sums or the generator is missing")
    }
    for (name, tensor) in state {
      guard let entry = file.tensors[name], entry.shape == tensor.shape, let floats = entry.floats
      else {
        throw TrainingError.checkpoint(
          file: checkpoint, defect: "tensor '\(name)' is missing or has another shape")
      }
      let saved = try Tensor(floats, shape: entry.shape)
      try noGrad { () throws(TorchError) in try tensor.copy(from: saved) }
    }
    do {
      let own = file.tensors[Self.generatorKey(ranks.rank)]
      // A process that there was none of before has the seed it began with.
      if let own { try Generator.process.restore(Array(own.bytes)) }
    } catch {
      throw TrainingError.checkpoint(file: checkpoint, defect: "the generator is damaged")
    }
    self.step = step
    best = try savedBest(in: file, of: checkpoint)
    hasCheckpoint = true
  }

  private func savedBest(
    in file: Checkpoint, of url: URL
  ) throws -> BestValidation? {
    guard let text = file.values[Self.bestKey] else { return nil }
    guard let entry = file.tensors[Self.bestKey], let hits = file.tensors[Self.startKey],
      let model = try? Model(fileData: entry.bytes, path: url.path),
      let best = BestValidation(text: text, startHits: Array(hits.bytes), model: model)
    else {
      throw TrainingError.checkpoint(file: url, defect: "the best network is missing or damaged")
    }
    return best
  }
}

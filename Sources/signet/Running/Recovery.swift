import ArgumentParser
import Foundation
import SignetData
import SignetModel
import SignetReport
import SignetTraining

/// Hashing and then fine-tuning, as two commands that find each other's files; what was interrupted
/// goes on where it was.
struct Recovery {
  private let hashing: BinarizeCommand
  private let hashed: OutputFile
  private let minutes: Double
  private let output: OutputFile
  private let checkpoint: URL

  /// - Parameter minutes: of fine-tuning
  init(_ command: BinarizeCommand, minutes: Double) throws {
    guard try Launch(ProcessInfo.processInfo.environment)?.count ?? 1 == 1 else {
      throw ValidationError(
        "--then-finetune: is for one process; where several share the work, run signet finetune "
          + "after signet binarize")
    }
    self.minutes = minutes
    output = command.output
    checkpoint = command.checkpoints.file(for: command.output).url
    hashed = OutputFile(path: Self.place(beside: command.output))
    var hashing = command
    hashing.output = hashed
    hashing.checkpoints.checkpoint = nil
    hashing.thenFinetune = nil
    self.hashing = hashing
    var files = command.files
    files.writes(hashed.url, as: "the hashed model")
    try files.check()
    try output.check()
  }

  /// `tuned.signet` becomes `tuned.hashed.signet`.
  private static func place(beside output: OutputFile) -> String {
    let url = output.url
    let stem = url.deletingPathExtension().lastPathComponent
    let ending = url.pathExtension.isEmpty ? "" : "." + url.pathExtension
    return url.deletingLastPathComponent().appendingPathComponent(stem + ".hashed" + ending).path
  }

  func perform() throws -> RecoveryReport? {
    let hashed = try hash()
    guard let tuned = try finetune() else { return nil }
    return RecoveryReport(binarization: hashed, finetuning: tuned)
  }

  /// - Returns: `nil` where an earlier run did it
  private func hash() throws -> BinarizationReport? {
    if !hashing.checkpoints.restart, CheckpointFile.plannedSteps(of: checkpoint) != nil, isHashed {
      Console.note("hashed before: \(hashed.path)")
      return nil
    }
    let report = try hashing.perform()
    if let report { Console.note(report.text) }
    return report
  }

  /// Whether this very command made the model that is there.
  private var isHashed: Bool {
    guard let made = try? Model(contentsOf: hashed.url), let command = RecordedCommand.own else {
      return false
    }
    return made.provenance.steps.last?.command == command.words
  }

  private func finetune() throws -> TrainingReport? {
    let words = try words
    let line = ShellCommand.line(["signet"] + words)
    Console.note(line)
    return try RecordedCommand.$inner.withValue(words) {
      guard let command = try Signet.parseAsRoot(words) as? FinetuneCommand else {
        throw ValidationError("expected a command that fine-tunes: \(line)")
      }
      return try command.perform()
    }
  }

  private var words: [String] {
    get throws {
      let data = hashing.data
      var words = ["finetune", hashed.path, "--teacher", hashing.model.path]
      words += hashing.onnx.choices.words + ["--supervision", "teacher", "--data", "\(data.data)"]
      words += data.split.map { ["--split", $0.rawValue] } ?? []
      words += data.limit.map { ["--limit", "\($0)"] } ?? []
      words += ["--minutes", "\(minutes)", "--seed", "\(hashing.options.seed)"]
      words += ["--batch-size", "\(try batchSize)"]
      words += [
        "--checkpoint", checkpoint.path, "--kept-layers", hashing.storage.keptLayers.rawValue,
      ]
      words += hashing.checkpoints.restart ? ["--restart"] : []
      words += hashing.device.device == "cpu" ? [] : ["--device", hashing.device.device]
      words += hashing.common.threads.map { ["--threads", "\($0)"] } ?? []
      return words + ["-o", output.path]
    }
  }

  /// Images per step whose activations and gradients are no more than `--memory`.
  private var batchSize: Int {
    get throws {
      let graph = try Model(contentsOf: hashed.url).graph
      let elements = graph.shapes.values.reduce(0) { $0 + $1.elementCount }
      let bytes = elements * MemoryLayout<Float>.size * Self.copiesOfValues
      let most = min(
        TrainingOptions.finetuning.batchSize, hashing.options.memory.bytes / max(1, bytes))
      return (0...7).map { 1 << $0 }.last { $0 <= most } ?? 1
    }
  }

  /// The student's values, their gradients, what an operation needs besides, and the teacher's.
  private static let copiesOfValues = 3
}

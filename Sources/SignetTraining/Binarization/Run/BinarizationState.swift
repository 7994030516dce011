import Foundation
import SignetModel

/// What a binarization has found so far, and the checkpoint that holds it.
struct BinarizationState {
  /// Where it is kept; `nil` keeps nothing.
  let file: URL?
  /// What a checkpoint must have been made with.
  let fingerprint: [String: String]
  /// By layer name.
  var solved: [String: SolvedLayer] = [:]
  /// Each layer tried alone, by name.
  var survey: [String: LayerSurvey] = [:]
  /// What budgets led to, while the smallest that is good enough is looked for.
  var trials: [BudgetTrial] = []

  /// Whether this process is the one that writes the file.
  private let writes: Bool

  /// Not a name that a layer can have.
  private static let surveyKey = ""

  /// - Throws: ``TrainingError`` where `file` is there and not this run's.
  init(
    file: URL?, fingerprint: [String: String], selection: LayerSelection,
    ranks: Ranks = .alone
  ) throws {
    self.file = file
    self.fingerprint = fingerprint
    writes = ranks.isFirst
    guard let file,
      let checkpoint = try ranks.checkpoint(.binarization, fingerprint: fingerprint, in: file)
    else { return }
    if let text = checkpoint.values[Self.surveyKey] {
      guard let known = try? JSONDecoder().decode(Known.self, from: Data(text.utf8))
      else { throw TrainingError.checkpoint(file: file, defect: "its survey is damaged") }
      (survey, trials) = (known.survey, known.trials)
    }
    for layer in selection.layers {
      let name = selection.node(at: layer).name
      guard let text = checkpoint.values[name] else { continue }
      guard
        let known = SolvedLayer(
          record: text, name: name, weight: try selection.weight(at: layer), in: checkpoint)
      else { throw TrainingError.checkpoint(file: file, defect: "layer '\(name)' is damaged") }
      solved[name] = known
    }
  }

  /// What is known beside layers' codes, as a checkpoint keeps it.
  private struct Known: Codable {
    var survey: [String: LayerSurvey]
    var trials: [BudgetTrial]
  }

  /// The checkpoint, where it holds anything.
  var usefulFile: URL? { solved.isEmpty && survey.isEmpty ? nil : file }

  func save() throws {
    guard let file, writes else { return }
    var checkpoint = Checkpoint(kind: .binarization, fingerprint: fingerprint)
    let survey = try JSONEncoder().encode(Known(survey: survey, trials: trials))
    checkpoint.values[Self.surveyKey] = String(decoding: survey, as: UTF8.self)
    for (name, layer) in solved { try layer.add(to: &checkpoint, name: name) }
    try checkpoint.write(to: file)
  }
}

extension SolvedLayer {
  fileprivate func add(to checkpoint: inout Checkpoint, name: String) throws {
    let record = try JSONEncoder().encode(record)
    checkpoint.values[name] = String(decoding: record, as: UTF8.self)
    checkpoint.tensors["\(name).codes"] = Checkpoint.Entry(bytes: Array(codes.bytes))
    checkpoint.tensors["\(name).scale"] = Checkpoint.Entry(
      floats: codes.scales.array, shape: [codes.scales.count])
    let counts = codes.codeCounts.map(Float.init)
    checkpoint.tensors["\(name).codeCounts"] = Checkpoint.Entry(
      floats: counts, shape: [counts.count])
    if let constants = codes.constants?.array {
      checkpoint.tensors["\(name).constant"] = Checkpoint.Entry(
        floats: constants, shape: [constants.count])
    }
    if let scales = codes.inputScales {
      checkpoint.tensors["\(name).inputScale"] = Checkpoint.Entry(
        floats: scales.values.array, shape: [scales.groupCount, scales.channelCount])
    }
    checkpoint.tensors["\(name).offset"] = Checkpoint.Entry(floats: offset, shape: [offset.count])
  }

  /// `nil` where the checkpoint is damaged.
  ///
  /// - Parameter weight: the layer's own
  fileprivate init?(record text: String, name: String, weight: Weight, in checkpoint: Checkpoint) {
    let filters = weight.shape.first ?? 0
    guard let record = try? JSONDecoder().decode(LayerRecord.self, from: Data(text.utf8)),
      let codes = checkpoint.tensors["\(name).codes"], filters > 0,
      let scales = checkpoint.tensors["\(name).scale"]?.floats,
      let offset = checkpoint.tensors["\(name).offset"]?.floats, offset.count == filters,
      let counts = checkpoint.tensors["\(name).codeCounts"]?.floats, counts.count == filters,
      let rows = try? CodeRows(codeCounts: counts.map { Int(exactly: $0) ?? 0 }),
      let binary = try? BinaryCodes(
        bytes: codes.bytes, scales: FloatValues(scales), rows: rows,
        patchLength: weight.elementCount / max(1, filters),
        constants: checkpoint.tensors["\(name).constant"]?.floats.map(FloatValues.init),
        inputScales: checkpoint.tensors["\(name).inputScale"].flatMap { entry in
          entry.floats.flatMap {
            try? InputScales($0, channelCount: entry.shape.last ?? 0)
          }
        })
    else { return nil }
    self.init(codes: binary, offset: offset, record: record)
  }
}

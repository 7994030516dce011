import Foundation
import SignetModel

extension BinarizationRun {
  /// Not a name that a layer can have.
  private static var surveyKey: String { "" }

  func saveCheckpoint() throws {
    guard let checkpoint else { return }
    var file = Checkpoint(kind: .binarization, fingerprint: fingerprint)
    let survey = try JSONEncoder().encode(survey)
    file.values[Self.surveyKey] = String(decoding: survey, as: UTF8.self)
    for (name, layer) in solved {
      let record = try JSONEncoder().encode(layer.record)
      file.values[name] = String(decoding: record, as: UTF8.self)
      file.tensors["\(name).codes"] = Checkpoint.Entry(bytes: Array(layer.codes.bytes))
      file.tensors["\(name).scale"] = Checkpoint.Entry(
        floats: layer.codes.scales.array, shape: [layer.codes.scales.count])
      file.tensors["\(name).offset"] = Checkpoint.Entry(
        floats: layer.offset, shape: [layer.offset.count])
    }
    try file.write(to: checkpoint)
  }

  func resumeIfPossible() throws {
    guard let checkpoint, FileManager.default.fileExists(atPath: checkpoint.path) else { return }
    guard CheckpointFile.isCheckpoint(checkpoint) else {
      throw TrainingError.foreignCheckpoint(file: checkpoint)
    }
    let file = try Checkpoint(contentsOf: checkpoint)
    try file.require(kind: .binarization, fingerprint: fingerprint, file: checkpoint)
    if let text = file.values[Self.surveyKey] {
      guard
        let known = try? JSONDecoder().decode(
          [String: [Int: OutputChange]].self, from: Data(text.utf8))
      else { throw TrainingError.checkpoint(file: checkpoint, defect: "its survey is damaged") }
      survey = known
    }
    for position in layers {
      let name = node(at: position).name
      guard let text = file.values[name] else { continue }
      let shape = try weight(at: position)
      let filters = shape.shape.first ?? 0
      guard let record = try? JSONDecoder().decode(LayerRecord.self, from: Data(text.utf8)),
        let codes = file.tensors["\(name).codes"], filters > 0,
        let scales = file.tensors["\(name).scale"]?.floats,
        let offset = file.tensors["\(name).offset"]?.floats, offset.count == filters,
        let binary = try? BinaryCodes(
          bytes: codes.bytes, scales: FloatValues(scales), codeCount: scales.count / filters,
          filterCount: filters, patchLength: shape.elementCount / max(1, filters))
      else {
        throw TrainingError.checkpoint(file: checkpoint, defect: "layer '\(name)' is damaged")
      }
      solved[name] = SolvedLayer(codes: binary, offset: offset, record: record)
    }
  }
}

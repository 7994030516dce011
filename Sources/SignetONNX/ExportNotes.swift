import Foundation
import SignetModel

/// What Signet notes in an ONNX file's metadata, so that an export imports as it was.
enum ExportNotes {
  static let preprocessingKey = "signet.preprocessing"
  static let labelsKey = "signet.labels"
  static let provenanceKey = "signet.provenance"

  static func preprocessing(_ notes: [String: String]) -> Preprocessing? {
    decode(notes[preprocessingKey])
  }

  static func labels(_ notes: [String: String]) -> [String] {
    decode(notes[labelsKey]) ?? []
  }

  static func provenance(_ notes: [String: String]) -> Provenance {
    decode(notes[provenanceKey]) ?? Provenance()
  }

  static func entries(of model: Model) -> [(key: String, value: String)] {
    [
      (preprocessingKey, encode(model.preprocessing)),
      (labelsKey, model.labels.isEmpty ? nil : encode(model.labels)),
      (provenanceKey, encode(model.provenance)),
    ].compactMap { key, value in value.map { (key, $0) } }
  }

  private static func decode<Value: Decodable>(_ text: String?) -> Value? {
    text.flatMap { try? JSONDecoder().decode(Value.self, from: Data($0.utf8)) }
  }

  private static func encode(_ value: some Encodable) -> String? {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) }
  }
}

import Foundation
import SignetModel

/// What Signet notes in an ONNX file's metadata, so that an export imports as it was.
struct ExportNotes {
  static let preprocessingKey = "signet.preprocessing"
  static let labelsKey = "signet.labels"
  static let provenanceKey = "signet.provenance"
  static let channelsLastKey = "signet.channels_last"

  let preprocessing: Preprocessing?
  let labels: [String]
  let provenance: Provenance
  /// Names of the inputs whose channels lie innermost; `nil` where nothing is noted of any.
  let channelsLast: [String]?

  /// - Throws: ``ONNXError/note(file:key:reason:)`` for a note that is there but cannot be read
  init(_ entries: [ProtoStringEntry], file: String) throws(ONNXError) {
    let notes = Dictionary(
      entries.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
    preprocessing = try Self.decode(Self.preprocessingKey, of: notes, file)
    labels = try Self.decode(Self.labelsKey, of: notes, file) ?? []
    provenance = try Self.decode(Self.provenanceKey, of: notes, file) ?? Provenance()
    channelsLast = try Self.decode(Self.channelsLastKey, of: notes, file)
  }

  static func entries(of model: Model) -> [(key: String, value: String)] {
    let channelsLast = model.interface?.inputs.filter(\.isChannelsLast).map(\.port.name)
    return [
      (preprocessingKey, encode(model.preprocessing)),
      (labelsKey, model.labels.isEmpty ? nil : encode(model.labels)),
      (provenanceKey, encode(model.provenance)),
      (channelsLastKey, encode(channelsLast ?? [])),
    ].compactMap { key, value in value.map { (key, $0) } }
  }

  private static let infinity = "Infinity"
  private static let negativeInfinity = "-Infinity"
  private static let notANumber = "NaN"

  private static func decode<Value: Decodable>(
    _ key: String, of notes: [String: String], _ file: String
  ) throws(ONNXError) -> Value? {
    guard let text = notes[key] else { return nil }
    do throws(EmbeddedJSON.Defect) {
      try EmbeddedJSON.check(text)
    } catch {
      throw .note(file: file, key: key, reason: "byte \(error.offset): \(error.reason.printable)")
    }
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: infinity, negativeInfinity: negativeInfinity, nan: notANumber)
    do {
      return try decoder.decode(Value.self, from: Data(text.utf8))
    } catch {
      throw .note(file: file, key: key, reason: "not the JSON that Signet writes")
    }
  }

  private static func encode(_ value: some Encodable) -> String? {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // A measurement may be infinite, JSON numbers may not.
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: infinity, negativeInfinity: negativeInfinity, nan: notANumber)
    return (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) }
  }
}

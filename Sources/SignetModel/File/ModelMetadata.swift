#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The entries of a model file's `__metadata__` and their JSON.
enum ModelMetadata {
  /// The versions of the format this Signet reads. It writes the oldest that can say what a model
  /// holds, so that older readers go as far as they can.
  static let versions = 1...4

  enum Key: String, CaseIterable {
    case format = "signet.format"
    case graph = "signet.graph"
    case preprocessing = "signet.preprocessing"
    case labels = "signet.labels"
    case provenance = "signet.provenance"
    /// Only where somebody said what the output is.
    case outputKind = "signet.output_kind"
    case interface = "signet.interface"
    case checksum = "signet.checksum"
  }

  private static let positiveInfinity = "Infinity"
  private static let negativeInfinity = "-Infinity"
  private static let notANumber = "NaN"

  static func encode(
    _ value: some Encodable, as key: Key
  ) throws(ModelFileError.Defect) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // A measurement may be infinite (the relative error of a silent layer), JSON numbers may not.
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: positiveInfinity, negativeInfinity: negativeInfinity, nan: notANumber)
    do {
      return String(decoding: try encoder.encode(value), as: UTF8.self)
    } catch {
      throw .json(part: key.rawValue, offset: nil, reason: "\(error)")
    }
  }

  static func decode<Value: Decodable>(
    _: Value.Type, _ key: Key, from metadata: [String: String]
  ) throws(ModelFileError.Defect) -> Value {
    guard let text = metadata[key.rawValue] else { throw .notModel(missing: key.rawValue) }
    try check(text, part: key.rawValue)
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: positiveInfinity, negativeInfinity: negativeInfinity, nan: notANumber)
    do {
      return try decoder.decode(Value.self, from: Data(text.utf8))
    } catch let error as GraphError {
      throw .graph(error)
    } catch let error as DecodingError {
      throw .json(part: key.rawValue, offset: nil, reason: reason(of: error))
    } catch {
      throw .json(part: key.rawValue, offset: nil, reason: "\(error)")
    }
  }

  /// Nothing in a model nests deeply, and a decoder that recurses must not be made to; nor does it
  /// see a key that stands twice.
  private static func check(_ text: String, part: String) throws(ModelFileError.Defect) {
    do throws(EmbeddedJSON.Defect) {
      try EmbeddedJSON.check(text)
    } catch {
      throw .json(part: part, offset: error.offset, reason: error.reason)
    }
  }

  private static func reason(of error: DecodingError) -> String {
    let (what, context) =
      switch error {
      case .typeMismatch(let type, let context): ("expected \(type)", context)
      case .valueNotFound(let type, let context): ("expected \(type), found null", context)
      case .keyNotFound(let key, let context): ("no '\(key.stringValue)'", context)
      case .dataCorrupted(let context): (context.debugDescription, context)
      @unknown default: ("\(error)", DecodingError.Context(codingPath: [], debugDescription: ""))
      }
    let path = context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }
    return path.isEmpty ? what : "\(what) at \(path.joined())"
  }
}

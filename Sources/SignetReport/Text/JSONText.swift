import Foundation

/// The one JSON object a command prints for other programs.
public enum JSONText {
  /// Sorted keys and one value a line, so that two outputs can be compared with a diff.
  ///
  /// Numbers that JSON cannot hold become the strings `inf`, `-inf` and `nan`.
  public static func encode(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}

@testable import SignetModel

extension Fixture {
  /// What binary weights may have beyond as many codes and scales for each filter.
  enum CodePart: CaseIterable, Hashable, Sendable {
    case counts
    case constants
    case inputScales

    static var allSets: [Set<CodePart>] {
      (0..<8).map { bits in
        Set(allCases.enumerated().filter { bits >> $0.offset & 1 == 1 }.map(\.element))
      }
    }
  }

  /// Codes of one group with these parts; filters have 1 to 3 codes, the first two.
  static func richCodes(
    filters: Int, channels: Int, area: Int, parts: Set<CodePart> = Set(CodePart.allCases)
  ) throws -> BinaryCodes {
    let rows = try CodeRows(
      codeCounts: (0..<filters).map { parts.contains(.counts) ? 1 + ($0 * 2 + 1) % 3 : 2 })
    return try BinaryCodes(
      signs: values(rows.count * channels * area, seed: 3).map { $0 > 0 ? 1 : -1 },
      scales: values(rows.count, seed: 4), rows: rows, patchLength: channels * area,
      constants: parts.contains(.constants) ? values(filters, seed: 6) : nil,
      inputScales: parts.contains(.inputScales)
        ? InputScales(values(channels, seed: 5).map { abs($0) + 0.5 }, channelCount: channels)
        : nil)
  }

  /// The network whose convolution has codes with these parts.
  static func model(with parts: Set<CodePart>) throws -> Model {
    let model = try model()
    let codes = try richCodes(filters: 2, channels: 3, area: 9, parts: parts)
    let weight = try Weight(shape: [2, 3, 3, 3], storage: .binary(codes))
    return try model.with(weights: model.weights.merging(["conv.weight": weight]) { $1 })
  }
}

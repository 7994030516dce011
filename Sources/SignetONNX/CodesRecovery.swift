import Foundation
import SignetModel

/// Finds the codes of binary and 8-bit layers again in a file that Signet wrote.
enum CodesRecovery {
  static func codesName(_ weight: String) -> String { "\(weight).codes" }
  static func int8Name(_ weight: String) -> String { "\(weight).int8" }
  static func scaleName(_ weight: String) -> String { "\(weight).scale" }
  static func rowsName(_ weight: String) -> String { "\(weight).code_rows" }
  static func constantName(_ weight: String) -> String { "\(weight).constant" }
  static func inputScaleName(_ weight: String) -> String { "\(weight).input_scale" }

  /// The weights with those as codes whose codes are stored and stand for exactly their numbers.
  static func recover(
    _ weights: [String: Weight], from constant: (String) -> ConstantTensor?
  ) -> [String: Weight] {
    var recovered = weights
    for (name, weight) in weights {
      guard let filters = weight.shape.first, filters > 0,
        let storage = binary(name, weight, filters, constant)
          ?? int8(name, weight, filters, constant)
      else { continue }
      recovered[name] = (try? Weight(shape: weight.shape, storage: storage)) ?? weight
    }
    return recovered
  }

  private static func int8(
    _ name: String, _ weight: Weight, _ filters: Int,
    _ constant: (String) -> ConstantTensor?
  ) -> Weight.Storage? {
    guard let bytes = constant(int8Name(name)), let scale = constant(scaleName(name)),
      bytes.type == .int8, let values = bytes.integers,
      let codes = try? Int8Filters(
        bytes: Data(values.map(UInt8.init(truncatingIfNeeded:))),
        scales: FloatValues(scale.floats), filterCount: filters,
        patchLength: weight.elementCount / filters),
      codes.expanded == weight.floats
    else { return nil }
    return .int8(codes)
  }
}

import Foundation
import SignetModel

/// Finds the codes of binary layers again in a file that Signet wrote.
enum CodesRecovery {
  static func codesName(_ weight: String) -> String { "\(weight).codes" }
  static func scaleName(_ weight: String) -> String { "\(weight).scale" }

  /// The weights with those as codes whose codes are stored and stand for exactly their numbers.
  static func recover(
    _ weights: [String: Weight], from constants: [String: ConstantTensor]
  ) -> [String: Weight] {
    var recovered = weights
    for (name, weight) in weights {
      guard let bytes = constants[codesName(name)], let scale = constants[scaleName(name)],
        bytes.type == .uint8, bytes.dims.count == 4, let codeCount = bytes.dims.first,
        let values = bytes.integers, let filters = weight.shape.first, filters > 0,
        let codes = try? BinaryCodes(
          bytes: Data(values.map(UInt8.init(truncatingIfNeeded:))),
          scales: FloatValues(scale.floats), codeCount: codeCount, filterCount: filters,
          patchLength: weight.elementCount / filters),
        codes.expanded == weight.floats
      else { continue }
      recovered[name] = (try? Weight(shape: weight.shape, storage: .binary(codes))) ?? weight
    }
    return recovered
  }
}

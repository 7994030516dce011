import Foundation
import SignetHashing

/// A layer problem in raw little-endian files next to each other, as the scripts here write them:
/// NAME.gram, NAME.corr, NAME.w (float32) and NAME.energy (float64).
enum LayerFiles {
  static func read(_ base: String) throws -> LayerProblem {
    let energy: [Double] = try values(base + ".energy")
    let weights: [Float] = try values(base + ".w")
    return try LayerProblem(
      patchLength: weights.count / energy.count, filterCount: energy.count,
      gram: values(base + ".gram"), correlation: values(base + ".corr"), weights: weights,
      energy: energy)
  }

  static func write(_ problem: LayerProblem, _ base: String) throws {
    try bytes(problem.gram).write(to: URL(fileURLWithPath: base + ".gram"))
    try bytes(problem.correlation).write(to: URL(fileURLWithPath: base + ".corr"))
    try bytes(problem.weights).write(to: URL(fileURLWithPath: base + ".w"))
    try bytes(problem.energy).write(to: URL(fileURLWithPath: base + ".energy"))
  }

  private static func values<Element>(_ path: String) throws -> [Element] {
    try Data(contentsOf: URL(fileURLWithPath: path)).withUnsafeBytes {
      Array($0.bindMemory(to: Element.self))
    }
  }

  private static func bytes<Element>(_ values: [Element]) -> Data {
    values.withUnsafeBytes { Data($0) }
  }
}

import Foundation
import SignetModel

/// The state of a run that can go on: named tensors, what the run was started with, and small
/// values.
struct Checkpoint: Sendable, Equatable {
  enum Kind: String, Sendable {
    case training, binarization
  }

  /// The value of training that says how many steps it is to take.
  static let totalStepsKey = "totalSteps"

  struct Entry: Sendable, Equatable {
    var elementType: ElementType
    var shape: [Int]
    /// Row-major, little-endian.
    var bytes: Data
  }

  var kind: Kind
  /// All that shapes the result, by name: a checkpoint fits only a run with the same.
  var fingerprint: [String: String]
  var values: [String: String] = [:]
  var tensors: [String: Entry] = [:]

  /// - Throws: ``TrainingError/otherRun(file:differences:)``
  func require(
    kind: Kind, fingerprint current: [String: String], file: URL
  ) throws(TrainingError) {
    guard self.kind == kind else {
      throw .checkpoint(
        file: file,
        defect: "expected the state of a \(kind.rawValue), found a \(self.kind.rawValue)")
    }
    let names = Set(fingerprint.keys).union(current.keys).sorted()
    let differences = names.compactMap { name -> TrainingError.Difference? in
      guard fingerprint[name] != current[name] else { return nil }
      return TrainingError.Difference(
        name: name, checkpoint: fingerprint[name] ?? "none", current: current[name] ?? "none")
    }
    guard differences.isEmpty else { throw .otherRun(file: file, differences: differences) }
  }
}

extension Checkpoint.Entry {
  init(floats: [Float], shape: [Int]) {
    self.init(elementType: .float32, shape: shape, bytes: floats.withUnsafeBytes { Data($0) })
  }

  init(bytes: [UInt8]) {
    self.init(elementType: .uint8, shape: [bytes.count], bytes: Data(bytes))
  }

  /// The numbers of a float32 entry.
  var floats: [Float]? {
    guard elementType == .float32 else { return nil }
    return [Float](unsafeUninitializedCapacity: bytes.count / 4) { buffer, count in
      count = bytes.copyBytes(to: UnsafeMutableRawBufferPointer(buffer)) / 4
    }
  }
}

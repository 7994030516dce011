import Foundation
import SignetModel

/// Samples for a network in a `.npz` file that is in memory.
package struct TensorArchive {
  private let archive: ZipArchive
  private let name: String

  /// - Parameter name: what an error calls it
  /// - Throws: ``DataError`` that names the byte.
  package init(_ bytes: [UInt8], name: String) throws(DataError) {
    archive = try ZipArchive(bytes, file: name)
    self.name = name
  }

  /// Bytes that all entries take together when they are unpacked; `Int.max` where they cannot be
  /// counted.
  package var unpackedBytes: Int {
    archive.entries.reduce(0) { sum, entry in
      let (total, overflow) = sum.addingReportingOverflow(entry.size)
      return overflow ? .max : total
    }
  }

  /// What is in it for a network's inputs.
  ///
  /// - Parameter limit: the most samples that are taken
  /// - Throws: ``DataError`` that names the array.
  package func samples(
    for inputs: [NetworkInput], limit: Int
  ) throws(DataError) -> TensorSamples {
    let slots = try InputSlot.all(inputs, in: ArrayFile.arrays(of: archive, file: name), file: name)
    let count = slots.first?.count ?? 0
    for slot in slots where slot.count != count || !(1...max(1, limit)).contains(count) {
      throw .array(
        file: name, array: slot.array.name,
        expected: slot.count == count ? "1 to \(limit) samples" : "\(count) samples",
        found: "\(slot.count)")
    }
    return TensorSamples(count: count, slots: slots)
  }
}

/// Samples for all inputs, as a file holds them.
package struct TensorSamples {
  package let count: Int
  fileprivate let slots: [InputSlot]

  /// By input, samples × its shape.
  package var values: [[Float]] {
    slots.map { slot in
      var values: [Float] = []
      values.reserveCapacity(count * slot.input.shape.elementCount)
      for index in 0..<count { values += slot.sample(index) }
      return values
    }
  }
}

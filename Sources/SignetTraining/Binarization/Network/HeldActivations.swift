import Foundation
import SignetModel
import Torch

/// The values of each chunk that are still to be read, held as memory allows.
final class HeldActivations: @unchecked Sendable {
  private enum Held {
    case memory(PairedValue)
    case file(float: ActivationFile.Place, changed: ActivationFile.Place?)
  }

  private struct Chunk {
    var values: [ValueID: Held] = [:]
    /// Its part of the file, and where the next tensor goes.
    var part = 0..<0
    var next = 0
  }

  private let storage: ActivationStorage
  private let file: ActivationFile?
  /// Of a chunk's part of the file, as far as it is known before.
  private let partBytes: Int
  private let lock = NSLock()
  private var chunks: [Chunk] = []
  private var end = 0

  /// - Parameters:
  ///   - folder: where the file goes, if there is one
  ///   - partBytes: the most that a chunk holds in the file; one that needs more moves to its end
  init(storage: ActivationStorage, folder: URL, partBytes: Int) throws(ModelFileError) {
    self.storage = storage
    self.partBytes = partBytes
    file = storage == .file ? try ActivationFile(in: folder) : nil
  }

  var chunkCount: Int { lock.withLock { chunks.count } }

  /// Adds a chunk, its values as they are until they are replaced.
  func append(_ values: [ValueID: PairedValue]) {
    lock.withLock { chunks.append(Chunk(values: values.mapValues(Held.memory))) }
  }

  /// The values that a chunk holds.
  func ids(of chunk: Int) -> Set<ValueID> { lock.withLock { Set(chunks[chunk].values.keys) } }

  /// What a chunk holds, in float32.
  ///
  /// - Parameter wanted: of its values; `nil`: all
  func values(
    of chunk: Int, _ wanted: Set<ValueID>? = nil
  ) throws(TrainingError) -> [ValueID: PairedValue] {
    var held = lock.withLock { chunks[chunk].values }
    if let wanted { held = held.filter { wanted.contains($0.key) } }
    return try TrainingError.wrapping { try held.mapValues(restored) }
  }

  /// Holds one more value of a chunk.
  func add(_ value: PairedValue, _ id: ValueID, to chunk: Int) throws(TrainingError) {
    try TrainingError.wrapping {
      let held = try kept(value, chunk: chunk)
      lock.withLock { chunks[chunk].values[id] = held }
    }
  }

  /// Holds these values of a chunk in the place of all others.
  func replace(_ values: [ValueID: PairedValue], of chunk: Int) throws(TrainingError) {
    try TrainingError.wrapping {
      lock.withLock { chunks[chunk].next = chunks[chunk].part.lowerBound }
      // In an order that does not change from run to run, as the places in the file follow it.
      var held: [ValueID: Held] = [:]
      for (id, value) in values.sorted(by: { $0.key < $1.key }) {
        held[id] = try kept(value, chunk: chunk)
      }
      lock.withLock { chunks[chunk].values = held }
    }
  }

  private func kept(_ value: PairedValue, chunk: Int) throws -> Held {
    guard storage.isRounded else { return .memory(value) }
    let value = try value.mapped { (tensor) throws(TorchError) in try tensor.to(.bfloat16) }
    guard let file else { return .memory(value) }
    func write(_ tensor: Tensor) throws -> ActivationFile.Place {
      let bytes = tensor.shape.reduce(try tensor.dtype.byteCount, *)
      return try file.write(tensor, at: room(for: bytes, chunk: chunk))
    }
    return .file(float: try write(value.float), changed: try value.changed.map(write))
  }

  private func restored(_ held: Held) throws -> PairedValue {
    let value: PairedValue
    switch held {
    case .memory(let inMemory): value = inMemory
    case .file(let float, let changed):
      guard let file else { throw TrainingError.missing(what: "activations", neededBy: "a layer") }
      value = PairedValue(float: try file.read(float), changed: try changed.map(file.read))
    }
    guard storage.isRounded else { return value }
    return try value.mapped { (tensor) throws(TorchError) in try tensor.to(.float32) }
  }

  /// Where a chunk's next tensor goes.
  private func room(for bytes: Int, chunk: Int) -> Int {
    lock.withLock {
      if chunks[chunk].next + bytes > chunks[chunk].part.upperBound {
        // What lies in its former part is read from there all the same.
        chunks[chunk].part = end..<end + max(bytes, partBytes)
        chunks[chunk].next = end
        end = chunks[chunk].part.upperBound
      }
      defer { chunks[chunk].next += bytes }
      return chunks[chunk].next
    }
  }
}

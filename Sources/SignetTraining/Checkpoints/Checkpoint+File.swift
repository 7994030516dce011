import Foundation
import SignetModel

/// A checkpoint is a safetensors file; what is not a tensor stands in its metadata as JSON.
extension Checkpoint {
  static let headKey = "signet.checkpoint"
  private static let checksumKey = "signet.checkpoint.sha256"
  /// Where versions before 0.1.0 kept a checksum of their own.
  private static let formerKey = "signet.checkpoint.checksum"

  private struct Head: Codable {
    var kind: String
    var fingerprint: [String: String]
    var values: [String: String]
  }

  /// Writes to a temporary file beside `file` and renames it, so that a crash at any moment leaves
  /// the old checkpoint or the new one.
  ///
  /// - Throws: ``TrainingError/modelFile(_:)`` with the system's reason
  func write(to file: URL) throws(TrainingError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    try TrainingError.wrapping {
      let head = try encoder.encode(
        Head(kind: kind.rawValue, fingerprint: fingerprint, values: values))
      let writer = SafetensorsWriter(
        tensors: tensors.map {
          SafetensorsWriter.Tensor(
            name: $0.key, elementType: $0.value.elementType, shape: $0.value.shape,
            bytes: $0.value.bytes)
        },
        metadata: [
          Self.headKey: String(decoding: head, as: UTF8.self),
          Self.checksumKey: checksum(head: head),
        ])
      try AtomicFile.write(writer.parts, to: file)
    }
  }

  /// - Throws: ``TrainingError/checkpoint(file:defect:)`` if the file is not a checkpoint or any
  ///   byte of it changed.
  init(contentsOf file: URL) throws(TrainingError) {
    let data: Data
    do {
      data = try MappedFile.data(at: file)
    } catch {
      throw .checkpoint(file: file, defect: "\(error.defect)")
    }
    try self.init(data, from: file)
  }

  /// - Parameter file: where the bytes were
  init(_ data: Data, from file: URL) throws(TrainingError) {
    let safetensors: SafetensorsFile
    do {
      safetensors = try SafetensorsFile(data: data, path: file.path)
    } catch {
      throw .checkpoint(file: file, defect: "\(error.defect)")
    }
    let text = Data((safetensors.metadata[Self.headKey] ?? "").utf8)
    guard let head = try? JSONDecoder().decode(Head.self, from: text),
      let kind = Kind(rawValue: head.kind)
    else {
      throw .checkpoint(file: file, defect: "its header is not that of a checkpoint")
    }
    self.init(kind: kind, fingerprint: head.fingerprint, values: head.values)
    for tensor in safetensors.tensors.values {
      // Copied, since the map would outlive the file when the next checkpoint replaces it.
      tensors[tensor.name] = Entry(
        elementType: tensor.elementType, shape: tensor.shape,
        bytes: Data([UInt8](safetensors.bytes(of: tensor))))
    }
    let known = safetensors.metadata[Self.checksumKey]
    if known == nil, safetensors.metadata[Self.formerKey] != nil {
      throw .checkpoint(file: file, defect: "an earlier version of Signet wrote it")
    }
    guard known == checksum(head: text) else {
      throw .checkpoint(file: file, defect: "its checksum does not match: the file is damaged")
    }
  }

  private func checksum(head: Data) -> String {
    var digest = Digest(head)
    for (name, entry) in tensors.sorted(by: { $0.key < $1.key }) {
      digest.add(Data("\(name) \(entry.elementType.rawValue) \(entry.shape)".utf8))
      digest.add(entry.bytes)
    }
    return digest.hexadecimal
  }
}

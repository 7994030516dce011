import Foundation

@testable import SignetModel

/// Files as an attacker or a broken writer would make them.
enum ForgedFile {
  /// A safetensors file with this header, whatever it says.
  static func file(header: String, data: Data = Data()) -> Data {
    withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Data($0) }
      + Data(header.utf8) + data
  }

  /// A model file in which one metadata entry has another text (`nil`: is missing) and the tensors
  /// are changed, with the right checksum: what only a deliberate writer produces.
  static func model(
    _ model: Model, metadata changes: [String: String?] = [:],
    tensors change: ([SafetensorsWriter.Tensor]) -> [SafetensorsWriter.Tensor] = { $0 }
  ) throws -> Data {
    let file = try SafetensorsFile(data: Fixture.fileData(model), path: "model")
    var metadata = file.metadata
    for (key, value) in changes { metadata[key] = value }
    let tensors = file.tensors.values.map {
      SafetensorsWriter.Tensor(
        name: $0.name, elementType: $0.elementType, shape: $0.shape, bytes: file.bytes(of: $0))
    }
    let writer = SafetensorsWriter(tensors: change(tensors), metadata: metadata)
    return try sealed(writer.parts.reduce(Data(), +))
  }

  /// The same bytes with the checksum they need.
  static func sealed(_ data: Data) throws -> Data {
    let file = try SafetensorsFile(data: data, path: "model")
    guard let range = file.metadataRanges["signet.checksum"], range.count == 8 else { return data }
    var sealed = data
    sealed.replaceSubrange(range, with: Data("00000000".utf8))
    var checksum = CRC32()
    checksum.update(sealed)
    sealed.replaceSubrange(range, with: Data(checksum.hexadecimal.utf8))
    return sealed
  }

  /// The smallest model there is: one 1×1 convolution.
  static func smallestModel() throws -> Model {
    let graph = try Graph(
      inputShape: .map(1, 1, 1),
      nodes: [
        Node(
          "c",
          .convolution(
            Convolution(
              inputChannels: 1, outputChannels: 1, kernel: Size2D(1), hasBias: false)),
          inputs: [Graph.inputName])
      ], output: "c")
    let codes = try BinaryCodes(
      signs: [1], scales: [0.5], codeCount: 1, filterCount: 1, patchLength: 1)
    return try Model(
      graph: graph,
      weights: ["c.weight": Weight(shape: [1, 1, 1, 1], storage: .binary(codes))],
      preprocessing: .fashionMNIST)
  }
}

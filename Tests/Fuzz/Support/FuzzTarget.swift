import Foundation
import SignetData
import SignetModel
import SignetONNX

/// A way into Signet for bytes from strangers.
public enum FuzzTarget: String, CaseIterable, Sendable {
  case onnx
  case modelFile = "model"
  case image
  /// Model files whose geometry is extreme, planned and run.
  case engine

  /// Input number `index`: the same bytes in every run over the same corpus.
  public func input(_ index: UInt64, corpus: Corpus) -> [UInt8] {
    var random = FuzzRandom(seed: index)
    let seeds: [[UInt8]]
    switch self {
    case .onnx:
      if random.chance(8) {
        var network = HostileNetwork(random: random)
        return network.bytes()
      }
      // Half of them sound protobuf with senseless contents, some of those damaged too.
      guard random.chance(2) else {
        seeds = corpus.networks
        break
      }
      var network = RandomNetwork(random: random)
      let bytes = network.bytes()
      guard network.random.chance(4) else { return bytes }
      var mutator = Mutator(random: network.random)
      return mutator.mutated(bytes, other: corpus.networks[0])
    case .modelFile: return modelFile(&random, corpus)
    case .engine:
      guard !random.chance(8) else { return modelFile(&random, corpus) }
      var geometry = RandomGeometry(random: random)
      return geometry.bytes()
    case .image: seeds = corpus.images
    }
    let seed = random.pick(seeds)
    let other = random.pick(seeds)
    var mutator = Mutator(random: random)
    return mutator.mutated(seed, other: other)
  }

  /// Damage to a model file is mostly put under a right header length and checksum, which would
  /// otherwise turn it away before the parser is reached.
  private func modelFile(_ random: inout FuzzRandom, _ corpus: Corpus) -> [UInt8] {
    let seed = random.pick(corpus.modelFiles)
    let other = random.pick(corpus.modelFiles)
    if random.chance(8) {
      var file = HostileModelFile(random: random)
      return file.bytes(seed)
    }
    let isSealed = !random.chance(4)
    let inHeader = !random.chance(4)
    var mutator = Mutator(random: random)
    guard isSealed, var parts = SealedFile(seed) else { return mutator.mutated(seed, other: other) }
    if inHeader {
      parts.header = mutator.mutated(parts.header, other: other)
    } else {
      parts.tensors = mutator.mutated(parts.tensors, other: other)
    }
    return parts.sealed
  }

  /// Reads the bytes; a typed error is as good as a result.
  ///
  /// - Returns: whether they were taken.
  public func read(_ bytes: [UInt8]) -> Bool {
    do {
      switch self {
      case .onnx:
        let url = URL(fileURLWithPath: "/nonexistent/fuzz.onnx")
        _ = try ONNXImporter().model(Data(bytes), file: url)
      case .modelFile:
        _ = try Model(fileData: Data(bytes), path: "fuzz.signet")
      case .engine:
        let model = try Model(fileData: Data(bytes), path: "fuzz.signet")
        try EngineRun(model: model).run(threads: 1 + bytes.count % 2)
      case .image:
        _ = try ImageFile.pixels(
          decoding: bytes, name: "fuzz", shape: .map(3, 16, 16), preprocessing: .unit)
      }
      return true
    } catch {
      // Rendering the error is part of what must not fail.
      return "\(error)".isEmpty
    }
  }
}

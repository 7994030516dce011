#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension Model {
  init(_ file: SafetensorsFile) throws(ModelFileError) {
    do throws(ModelFileError.Defect) {
      let version = try file.checkedVersion()
      try file.verifyChecksum()
      let graph = try ModelMetadata.decode(Graph.self, .graph, from: file.metadata)
      let weights = try WeightReader(file: file, version: version).weights(of: graph)
      let preprocessing = try ModelMetadata.decode(
        Preprocessing.self, .preprocessing, from: file.metadata)
      let labels = try ModelMetadata.decode([String].self, .labels, from: file.metadata)
      let provenance = try ModelMetadata.decode(Provenance.self, .provenance, from: file.metadata)
      let kind = try file.declaredOutputKind()
      let interface = try file.interface(of: graph)
      do throws(ModelError) {
        try self.init(
          graph: graph, weights: weights, preprocessing: preprocessing, labels: labels,
          provenance: provenance, outputKind: kind, interface: interface)
      } catch {
        throw .model(error)
      }
      try checkValues()
    } catch {
      throw ModelFileError(path: file.path, defect: error)
    }
  }
}

extension SafetensorsFile {
  /// Whether the metadata says that this is a Signet model, of whatever version.
  public var isModel: Bool { metadata[ModelMetadata.Key.format.rawValue] != nil }

  fileprivate func checkedVersion() throws(ModelFileError.Defect) -> Int {
    let key = ModelMetadata.Key.format.rawValue
    guard let text = metadata[key] else { throw .notModel(missing: key) }
    guard let version = ModelMetadata.versions.first(where: { "\($0)" == text }) else {
      throw .version(found: text, supported: ModelMetadata.versions.upperBound)
    }
    return version
  }

  fileprivate func declaredOutputKind() throws(ModelFileError.Defect) -> OutputKind? {
    let key = ModelMetadata.Key.outputKind.rawValue
    guard let text = metadata[key] else { return nil }
    guard let kind = OutputKind(rawValue: text) else {
      let known = OutputKind.allCases.map(\.rawValue).joined(separator: ", ")
      throw .json(part: key, offset: nil, reason: "expected one of \(known), found '\(text)'")
    }
    return kind
  }

  /// Only networks that came from another format's file have one.
  fileprivate func interface(of graph: Graph) throws(ModelFileError.Defect) -> ModelInterface? {
    guard metadata[ModelMetadata.Key.interface.rawValue] != nil else { return nil }
    let interface = try ModelMetadata.decode(ModelInterface.self, .interface, from: metadata)
    guard interface.fits(graph) else {
      throw .json(
        part: ModelMetadata.Key.interface.rawValue, offset: nil,
        reason: "expected extents of \(listed(graph.inputs.map(\.shape))) and "
          + "\(listed(graph.outputs.map(graph.shape(of:)))), found "
          + "\(listed(interface.inputs.map { Shape($0.port.extents) })) and "
          + "\(listed(interface.outputs.map { Shape($0.extents) }))")
    }
    return interface
  }

  private func listed(_ shapes: [Shape]) -> String {
    shapes.map(\.description).joined(separator: ", ")
  }

  /// CRC-32 of the whole file, its own eight digits read as zeros.
  fileprivate func verifyChecksum() throws(ModelFileError.Defect) {
    let key = ModelMetadata.Key.checksum.rawValue
    guard let expected = metadata[key], let range = metadataRanges[key] else {
      throw .notModel(missing: key)
    }
    var checksum = CRC32()
    if range.count == CRC32.digitCount {
      checksum.update(data.prefix(range.lowerBound))
      checksum.update(Data(repeating: UInt8(ascii: "0"), count: CRC32.digitCount))
      checksum.update(data.dropFirst(range.upperBound))
    }
    let found = checksum.hexadecimal
    guard range.count == CRC32.digitCount, found == expected else {
      throw .checksum(expected: expected, found: found)
    }
  }
}

import Foundation
import Testing

@testable import SignetModel

/// What a file holds of binary weights beyond as many codes and scales for each filter.
@Suite struct CodePartsFileTests {
  @Test(arguments: Fixture.CodePart.allSets) func modelsComeBackEqual(
    parts: Set<Fixture.CodePart>
  ) throws {
    let model = try Fixture.model(with: parts)
    let data = try Fixture.fileData(model)
    #expect(try Model(fileData: data, path: "model") == model)
    #expect(try model.fileByteCount == data.count)
    let file = try SafetensorsFile(data: data, path: "model")
    #expect(file.metadata["signet.format"] == (parts.isEmpty ? "1" : "4"))
    let compact = try model.compacted()
    #expect(try Model(fileData: Fixture.fileData(compact), path: "model") == compact)
  }

  /// The layout of `Documentation/format.md`.
  @Test func layout() throws {
    let model = try Fixture.model(with: Set(Fixture.CodePart.allCases))
    let file = try SafetensorsFile(data: Fixture.fileData(model), path: "model")
    let codes = try #require(model.weights["conv.weight"]?.codes)
    let counts = codes.codeCounts
    #expect(counts == [2, 1])
    func tensor(_ role: String) throws -> SafetensorsFile.Tensor {
      try #require(file.tensors["conv.weight.\(role)"])
    }
    #expect(try tensor("codes").shape == [3, 4] && tensor("codes").elementType == .uint8)
    #expect(try tensor("scale").shape == [3])
    #expect(try tensor("code_counts").elementType == .uint8)
    #expect(try Array(file.bytes(of: tensor("code_counts"))) == counts.map(UInt8.init))
    #expect(try file.values(of: tensor("constant")) == codes.constants)
    #expect(try file.values(of: tensor("input_scale")) == codes.inputScales?.values)
  }

  /// Half precision of the factors only where it keeps each of them.
  @Test func compactFactors() throws {
    func stored(_ factors: [Float]) throws -> FloatValues? {
      let model = try Fixture.model(codes: 1)
      let codes = try #require(model.weights["conv.weight"]?.codes)
      let scaled = try codes.with(
        scales: codes.scales, constants: nil,
        inputScales: InputScales(factors, channelCount: 3))
      let weight = try Weight(shape: [2, 3, 3, 3], storage: .binary(scaled))
      return try model.with(
        weights: model.weights.merging(["conv.weight": weight]) { $1 }
      ).compacted().weights["conv.weight"]?.codes?.inputScales?.values
    }
    #expect(try stored([0.5, 1, 2])?.elementType == .float16)
    #expect(try stored([1e-6, 1, 2])?.elementType == .float32)
  }

  private typealias Tensor = SafetensorsWriter.Tensor

  private func replacing(
    _ role: String, version: String? = nil, with change: (Tensor) -> Tensor?
  ) throws -> ModelFileError.Defect? {
    let data = try ForgedFile.model(
      Fixture.model(with: Set(Fixture.CodePart.allCases)),
      metadata: version.map { ["signet.format": $0] } ?? [:],
      tensors: { $0.compactMap { $0.name == "conv.weight.\(role)" ? change($0) : $0 } })
    return Fixture.defect(data)
  }

  private func setting(_ role: String, _ values: [Float]) throws -> ModelFileError.Defect? {
    try replacing(role) {
      Tensor(name: $0.name, shape: [values.count], values: FloatValues(values))
    }
  }

  @Test func tensorsThatDoNotFit() throws {
    #expect(
      try setting("constant", [1])
        == .model(
          .tensors([.shape(name: "conv.weight.constant", expected: [2], found: [1])])))
    #expect(
      try setting("input_scale", [1, 1])
        == .model(
          .tensors([.shape(name: "conv.weight.input_scale", expected: [3], found: [2])])))
    let counts = try replacing("code_counts") {
      Tensor(name: $0.name, elementType: .uint8, shape: [2], bytes: Data([1, 3]))
    }
    #expect(
      counts
        == .model(
          .tensors([
            .shape(name: "conv.weight.codes", expected: [4, 4], found: [3, 4]),
            .shape(name: "conv.weight.scale", expected: [4], found: [3]),
          ])))
    let none = try replacing("code_counts") {
      Tensor(name: $0.name, elementType: .uint8, shape: [2], bytes: Data([3, 0]))
    }
    #expect(
      none
        == .weight(tensor: "conv.weight", .codeCount(filter: 1, found: 0, limit: 255)))
    let wide = try replacing("code_counts") {
      Tensor(name: $0.name, elementType: .int8, shape: [2], bytes: $0.bytes)
    }
    #expect(
      wide
        == .elementType(
          tensor: "conv.weight.code_counts", expected: "U8", found: "I8", suggestion: nil))
  }

  @Test func numbersThatNoTensorMayHold() throws {
    #expect(
      try setting("constant", [0, .infinity])
        == .value(
          tensor: "conv.weight.constant", index: 1, expected: "a finite number", found: .infinity))
    for factor in [0, -1, Float.infinity] {
      #expect(
        try setting("input_scale", [1, factor, 1])
          == .value(
            tensor: "conv.weight.input_scale", index: 1, expected: "a finite number above 0",
            found: factor))
    }
  }

  /// Older versions know none of the tensors: they belong to no layer.
  @Test func olderVersions() throws {
    let defect = try replacing("code_counts", version: "3") { _ in nil }
    guard case .model(.tensors(let defects)) = defect else {
      Issue.record("accepted: \(String(describing: defect))")
      return
    }
    for name in ["conv.weight.constant", "conv.weight.input_scale"] {
      #expect(defects.contains(.unexpected(name: name, suggestion: nil)))
    }
  }

  /// A model in memory is held to the same.
  @Test func channelsOfAnotherLayer() throws {
    let model = try Fixture.model(codes: 1)
    let codes = try BinaryCodes(
      signs: [Int8](repeating: 1, count: 2 * 27), scales: [1, 1], codeCount: 1, filterCount: 2,
      patchLength: 27, inputScales: InputScales([Float](repeating: 1, count: 6), channelCount: 3))
    let weight = try Weight(shape: [2, 3, 3, 3], storage: .binary(codes))
    #expect(
      throws: ModelError.tensors([
        .shape(name: "conv.weight.input_scale", expected: [3], found: [6])
      ])
    ) { try model.with(weights: model.weights.merging(["conv.weight": weight]) { $1 }) }
  }
}

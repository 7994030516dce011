import Foundation
import Testing

@testable import SignetModel

/// What version 2 of the format adds: 8-bit weights and half precision.
@Suite struct CompactFileTests {
  private typealias Tensor = SafetensorsWriter.Tensor

  @Test func layoutIsPlainSafetensors() throws {
    let model = try Fixture.model(codes: 2).compacted()
    let file = try SafetensorsFile(data: Fixture.fileData(model), path: "model")
    #expect(file.metadata["signet.format"] == "2")
    let kinds = file.tensors.mapValues { "\($0.elementType.rawValue) \(Shape($0.shape))" }
    #expect(
      kinds == [
        "conv.bias": "F16 2", "conv.weight.codes": "U8 2×2×4", "conv.weight.scale": "F16 2×2",
        "fc.bias": "F16 3", "fc.weight": "I8 3×8", "fc.weight.scale": "F16 3",
      ])
    for tensor in file.tensors.values {
      #expect(tensor.byteRange.lowerBound % tensor.elementType.byteCount == 0)
    }
    let fc = try #require(model.weights["fc.weight"]).floats
    let bytes = file.bytes(of: try #require(file.tensors["fc.weight"]))
    let scale = file.values(of: try #require(file.tensors["fc.weight.scale"])).array
    for (index, byte) in bytes.enumerated() {
      #expect(fc[index] == Float(Int8(bitPattern: byte)) * scale[index / 8])
    }
  }

  @Test func olderReadersAreSpared() throws {
    #expect(
      try SafetensorsFile(data: Fixture.fileData(Fixture.model(codes: 2)), path: "model")
        .metadata["signet.format"] == "1")
    // What only version 2 may hold, said to be of version 1.
    let old = try ForgedFile.model(
      Fixture.model().compacted(), metadata: ["signet.format": "1"])
    guard case .model(.tensors) = Fixture.defect(old) else {
      Issue.record("8-bit weights in version 1 were accepted")
      return
    }
    let half = try ForgedFile.model(
      Fixture.model(), tensors: { $0.map { $0.name == "fc.bias" ? Self.halved($0) : $0 } })
    #expect(
      Fixture.defect(half)
        == .elementType(tensor: "fc.bias", expected: "F32", found: "F16", suggestion: nil))
  }

  private static func halved(_ tensor: Tensor) -> Tensor {
    Tensor(
      name: tensor.name, elementType: .float16, shape: tensor.shape,
      bytes: Data(count: tensor.bytes.count / 2))
  }

  /// The compact model's file with one tensor replaced (`nil`: left out).
  private func replacing(
    _ name: String, with change: (Tensor) -> Tensor?
  ) throws -> ModelFileError.Defect? {
    Fixture.defect(
      try ForgedFile.model(
        Fixture.model(codes: 1).compacted(),
        tensors: { $0.compactMap { $0.name == name ? change($0) : $0 } }))
  }

  @Test func damage() throws {
    func with(
      _ name: String, type: ElementType? = nil, shape: [Int]? = nil, bytes: Data? = nil
    ) throws -> ModelFileError.Defect? {
      try replacing(name) {
        Tensor(
          name: $0.name, elementType: type ?? $0.elementType, shape: shape ?? $0.shape,
          bytes: bytes ?? $0.bytes)
      }
    }
    #expect(
      try with("fc.weight", bytes: Data([1, 2, 0x80] + [UInt8](repeating: 3, count: 21)))
        == .weight(tensor: "fc.weight", .code(index: 2, found: -128)))
    #expect(
      try with("fc.weight", shape: [8, 3])
        == .model(.tensors([.shape(name: "fc.weight", expected: [3, 8], found: [8, 3])])))
    #expect(
      try with("fc.weight.scale", shape: [3, 1])
        == .model(.tensors([.shape(name: "fc.weight.scale", expected: [3], found: [3, 1])])))
    #expect(
      try with("fc.weight.scale", type: .float64, bytes: Data(count: 24))
        == .elementType(
          tensor: "fc.weight.scale", expected: "F32 or F16", found: "F64", suggestion: nil))
    // The bits of infinity.
    #expect(
      try with("fc.weight.scale", bytes: Data([0, 0, 0, 0x7c, 0, 0]))
        == .value(
          tensor: "fc.weight.scale", index: 1, expected: "a finite number", found: .infinity))
    #expect(
      try replacing("fc.weight.scale") { _ in nil }
        == .elementType(
          tensor: "fc.weight", expected: "F32 or F16", found: "I8", suggestion: nil))
    // Unsigned bytes are no 8-bit weight.
    guard case .model(.tensors) = try with("fc.weight", type: .uint8) else {
      Issue.record("U8 was accepted for an 8-bit weight")
      return
    }
  }

  @Test func biasesHaveNoCodes() throws {
    let data = try ForgedFile.model(Fixture.model(codes: 1).compacted()) { tensors in
      tensors.filter { $0.name != "fc.bias" } + [
        Tensor(name: "fc.bias", elementType: .int8, shape: [3], bytes: Data([1, 2, 3])),
        Tensor(name: "fc.bias.scale", elementType: .float32, shape: [3], bytes: Data(count: 12)),
      ]
    }
    #expect(Fixture.defect(data) == .model(.tensors([.binary(name: "fc.bias")])))
  }
}

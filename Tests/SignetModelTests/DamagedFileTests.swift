import Foundation
import Testing

@testable import SignetModel

@Suite struct DamagedFileTests {
  @Test func everyTruncationIsFound() throws {
    let data = try Fixture.fileData(ForgedFile.smallestModel())
    for length in 0..<data.count {
      #expect(Fixture.defect(data.prefix(length)) != nil, "\(length) bytes")
    }
    #expect(Fixture.defect(data) == nil)
    #expect(Fixture.defect(data + [0]) == .trailingBytes(count: 1))
  }

  @Test func everyFlippedBitIsFound() throws {
    let data = try Fixture.fileData(ForgedFile.smallestModel())
    var accepted: [Int] = []
    for bit in 0..<data.count * 8 {
      var damaged = data
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      if Fixture.defect(damaged) == nil { accepted.append(bit) }
    }
    #expect(accepted.isEmpty)
  }

  @Test func checksum() throws {
    var data = try Fixture.fileData(Fixture.model())
    data[data.count - 1] ^= 1
    guard case .checksum(let expected, let found) = Fixture.defect(data) else {
      Issue.record("a changed weight was accepted")
      return
    }
    #expect(expected != found)
  }

  @Test func missingEntries() throws {
    let model = try Fixture.model()
    for key in ["format", "graph", "preprocessing", "labels", "provenance", "checksum"] {
      let data = try ForgedFile.model(model, metadata: ["signet.\(key)": nil])
      #expect(Fixture.defect(data) == .notModel(missing: "signet.\(key)"))
    }
    #expect(Fixture.defect(ForgedFile.file(header: "{}")) == .notModel(missing: "signet.format"))
  }

  @Test func versions() throws {
    let model = try Fixture.model()
    for version in ["5", "", "one", "01", "-1"] {
      let data = try ForgedFile.model(model, metadata: ["signet.format": version])
      #expect(Fixture.defect(data) == .version(found: version, supported: 4))
    }
    #expect(
      "\(ModelFileError.Defect.version(found: "5", supported: 4))"
        == "format version 5 is newer than this Signet reads (4)")
  }

  @Test(arguments: [
    "", "{", "null", "[]", "{\"inputShape\":[3,4,4]}",
    String(repeating: "[", count: 100_000), String(repeating: "{\"a\":", count: 100_000),
    "{\"inputShape\":[1e99],\"nodes\":[],\"output\":\"\"}",
    "{\"inputShape\":[3,4,4],\"nodes\":[{\"name\":\"a\",\"op\":\"warp\",\"inputs\":[]}],\"output\":\"a\"}",
  ]) func graphs(text: String) throws {
    let data = try ForgedFile.model(Fixture.model(), metadata: ["signet.graph": text])
    guard case .json("signet.graph", _, _) = Fixture.defect(data) else {
      Issue.record("accepted or another error: \(text.prefix(80))")
      return
    }
  }

  @Test func invalidGraph() throws {
    let text = "{\"inputShape\":[3,4,4],\"nodes\":[],\"output\":\"x\"}"
    let data = try ForgedFile.model(Fixture.model(), metadata: ["signet.graph": text])
    #expect(Fixture.defect(data) == .graph(.unknownOutput(name: "x", suggestion: nil)))
  }

  @Test func labelsOfAnotherNetwork() throws {
    let data = try ForgedFile.model(Fixture.model(), metadata: ["signet.labels": "[\"a\"]"])
    #expect(Fixture.defect(data) == .model(.labels(expected: 3, found: 1)))
  }

  private typealias Tensor = SafetensorsWriter.Tensor

  /// The model's file with one tensor replaced (`nil`: left out).
  private func replacing(
    _ name: String, codes: Int = 1, with change: (Tensor) -> Tensor?
  ) throws -> ModelFileError.Defect? {
    let data = try ForgedFile.model(
      Fixture.model(codes: codes),
      tensors: { $0.compactMap { $0.name == name ? change($0) : $0 } })
    return Fixture.defect(data)
  }

  @Test func tensorsThatDoNotFit() throws {
    #expect(
      try replacing("fc.bias") { _ in nil }
        == .model(.tensors([.missing(name: "fc.bias", shape: [3], suggestion: nil)])))
    let renamed = try replacing("fc.bias") {
      Tensor(name: "fc.bios", elementType: .float32, shape: [3], bytes: $0.bytes)
    }
    #expect(
      renamed
        == .model(
          .tensors([
            .missing(name: "fc.bias", shape: [3], suggestion: "fc.bios"),
            .unexpected(name: "fc.bios", suggestion: "fc.bias"),
          ])))
    let reshaped = try replacing("conv.weight.codes") {
      Tensor(name: $0.name, elementType: .uint8, shape: [2, 4], bytes: $0.bytes)
    }
    #expect(
      reshaped
        == .model(
          .tensors([
            .shape(name: "conv.weight.codes", expected: [2, 2, 4], found: [2, 4]),
            .shape(name: "conv.weight.scale", expected: [2, 2], found: [1, 2]),
          ])))
    let empty = try replacing("conv.weight.codes") {
      Tensor(name: $0.name, elementType: .uint8, shape: [0, 2, 4], bytes: Data())
    }
    #expect(
      empty
        == .model(
          .tensors([.shape(name: "conv.weight.codes", expected: [1, 2, 4], found: [0, 2, 4])])))
    // Codes without scales belong to no layer.
    guard
      case .model(.tensors(let defects)) = try replacing("conv.weight.scale", with: { _ in nil })
    else {
      Issue.record("codes without scales were accepted")
      return
    }
    #expect(defects.count == 2)
  }

  @Test func elementTypesThatDoNotFit() throws {
    let wide = try replacing("fc.bias") {
      Tensor(name: $0.name, elementType: .float64, shape: [3], bytes: Data(count: 24))
    }
    #expect(
      wide == .elementType(tensor: "fc.bias", expected: "F32", found: "F64", suggestion: nil))
    let signed = try replacing("conv.weight.codes") {
      Tensor(name: $0.name, elementType: .int8, shape: $0.shape, bytes: $0.bytes)
    }
    #expect(
      signed
        == .elementType(
          tensor: "conv.weight.codes", expected: "U8", found: "I8", suggestion: nil))
  }

  @Test func codesOfABatchNorm() throws {
    let data = try ForgedFile.model(Fixture.model()) { tensors in
      tensors.filter { $0.name != "bn.weight" } + [
        Tensor(
          name: "bn.weight.codes", elementType: .uint8, shape: [1, 2, 1], bytes: Data([1, 0])),
        Tensor(
          name: "bn.weight.scale", elementType: .float32, shape: [1, 2], bytes: Data(count: 8)),
      ]
    }
    #expect(Fixture.defect(data) == .model(.tensors([.binary(name: "bn.weight")])))
  }

  @Test func valuesThatNoTensorMayHold() throws {
    let padding = try replacing("conv.weight.codes", codes: 2) {
      var bytes = Data($0.bytes)
      bytes[2 * 4 + 3] |= 0x80
      return Tensor(name: $0.name, elementType: .uint8, shape: $0.shape, bytes: bytes)
    }
    #expect(padding == .weight(tensor: "conv.weight", .paddingBits(filter: 0)))

    func setting(_ name: String, _ value: Float) throws -> ModelFileError.Defect? {
      try replacing(name) {
        var values = ElementType.float32.floats($0.bytes)
        values[1] = value
        return Tensor(
          name: $0.name, elementType: .float32, shape: $0.shape,
          bytes: FloatValues(values).bytes)
      }
    }
    for name in ["fc.weight", "conv.bias", "conv.weight.scale", "bn.running_mean"] {
      #expect(
        try setting(name, -.infinity)
          == .value(tensor: name, index: 1, expected: "a finite number", found: -.infinity))
    }
    #expect(
      try setting("bn.running_var", -1)
        == .value(
          tensor: "bn.running_var", index: 1, expected: "a variance of 0 or more", found: -1))
    guard case .value("fc.weight", 1, _, let found) = try setting("fc.weight", .nan) else {
      Issue.record("NaN was accepted")
      return
    }
    #expect(found.isNaN)
  }

  /// Random damage with the right checksum afterwards, so that it reaches the inner checks. Nothing
  /// may crash; whatever opens must be a consistent model that can be written again.
  @Test func mutations() throws {
    let originals = [
      try Fixture.fileData(Fixture.model(codes: 2)),
      try Fixture.fileData(Fixture.model(codes: 1).compacted()),
      try Fixture.fileData(ForgedFile.smallestModel()),
      try Fixture.fileData(Fixture.model(with: Set(Fixture.CodePart.allCases))),
    ]
    var generator = Mutations(seed: 20_240_917)
    var openedCount = 0
    for round in 0..<3000 {
      let count = originals.count
      let mutated = generator.mutate(
        originals[round % count], other: originals[(round + 1) % count])
      let data = (try? ForgedFile.sealed(mutated)) ?? mutated
      do {
        let model = try Model(fileData: data, path: "model")
        #expect(try Model(fileData: Fixture.fileData(model), path: "again") == model)
        openedCount += 1
      } catch let error as ModelFileError {
        #expect("\(error)".hasPrefix("model: "))
      }
    }
    #expect(openedCount > 0, "no mutation got past the checks: they tested nothing deep")
  }
}

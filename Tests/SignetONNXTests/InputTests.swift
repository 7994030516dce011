import Foundation
import SignetModel
import SignetRuntime
import Testing
import ThrownErrors

@testable import SignetONNX

/// Inputs as files have them: open, in bytes, with the channels last.
@Suite struct InputTests {
  @Test func extentsAsTheyAreWritten() {
    #expect(InputExtents("3x224x224") == InputExtents(extents: [3, 224, 224]))
    #expect(InputExtents("1,3,32,48") == InputExtents(extents: [1, 3, 32, 48]))
    #expect(InputExtents("1×3×5") == InputExtents(extents: [1, 3, 5]))
    #expect(InputExtents("image:784") == InputExtents(name: "image", extents: [784]))
    #expect(
      InputExtents("input:0:1x3x4x4") == InputExtents(name: "input:0", extents: [1, 3, 4, 4]))
    for text in [
      "", "x", "3x", "3xx3", "0x3", "-1x3", "3x4.5", "image:", ":3", "image",
      "3x99999999999",
    ] {
      #expect(InputExtents(text) == nil, "\(text)")
    }
  }

  @Test func openExtentsAreGiven() throws {
    func shape(_ declared: [Int?], _ given: String) throws -> Shape {
      var file = TestFile(input: declared)
      file.node("Relu", ["image"], "out")
      let extents = try #require(InputExtents(given))
      return try file.model(.init(inputExtents: extents)).graph.inputShape
    }
    #expect(try shape([nil, 3, nil, nil], "1x3x8x9") == .map(3, 8, 9))
    #expect(try shape([nil, 3, nil, nil], "3,8,9") == .map(3, 8, 9))
    #expect(try shape([nil, nil, nil, nil], "image:2x3x8x9") == .map(3, 8, 9))
    #expect(try shape([nil, nil, nil, 3], "1x8x9x3") == .map(3, 8, 9))
    #expect(try shape([nil, nil], "1x3") == .map(3, 1, 1))
    #expect(try shape([nil, nil], "3") == .map(3, 1, 1))
    #expect(try shape([], "1x3x8x9") == .map(3, 8, 9))
    #expect(try shape([1, 3, 4, 4], "3x4x4") == .map(3, 4, 4))
    var texts: [String] = []
    for (declared, given) in [
      ([nil, 3, nil, nil], "1x4x8x9"), ([nil, 3, nil, nil], "8x9"), ([1, 3, 4, 4], "3x4x5"),
      ([nil, 3, nil, nil], "other:3x8x9"), ([], "1x2x3x4x5x6"),
    ] as [([Int?], String)] {
      texts.append(thrown(ONNXError.self) { try shape(declared, given) })
    }
    #expect(
      texts == [
        "test.onnx: cannot be taken: input 'image': expected --input-shape to fit N×3×?×?, found 1×4×8×9",
        "test.onnx: cannot be taken: input 'image': expected --input-shape to fit N×3×?×?, found 8×9",
        "test.onnx: cannot be taken: input 'image': expected --input-shape to fit N×3×4×4, found 3×4×5",
        "test.onnx: cannot be taken: inputs of '': expected an input 'other', as --input-shape says, found 'image'",
        "test.onnx: cannot be taken: input 'image': expected --input-shape to fit N×?×?×?×?×?, found 1×2×3×4×5×6",
      ])
  }

  /// Bytes, channels last, normalised in the network: what it computes is what it says.
  private func byteNetwork() -> TestFile {
    var file = TestFile(input: [nil, 5, 4, 3])
    file.proto.graph.input[0].type.tensorType.elemType = 2
    file.floats("mean", [3], [120, 110, 100])
    file.floats("std", [3], [2, 4, 8])
    file.node("Cast", ["image"], "floats", attributes: [.integer("to", 1)])
    file.node("Sub", ["floats", "mean"], "centred")
    file.node("Div", ["centred", "std"], "normal")
    file.node("Transpose", ["normal"], "out", attributes: [.integers("perm", [0, 3, 1, 2])])
    return file
  }

  @Test func bytesWithTheChannelsLast() throws {
    let imported = try ONNXImporter().read(
      byteNetwork().data(), file: URL(fileURLWithPath: "/tmp/bytes.onnx"))
    let model = imported.model
    #expect(!imported.assumesPreprocessing)
    #expect(
      model.preprocessing
        == Preprocessing(channelOrder: .rgb, scale: 1, mean: [0, 0, 0], std: [1, 1, 1]))
    #expect(model.graph.inputShape == .map(3, 5, 4))
    let bytes = (0..<60).map { Float($0 * 4) }
    let scores = try Engine(model: model, options: .init(isExact: true)).run(bytes)
    for (index, score) in scores.enumerated() {
      let channel = index / 20
      let expected = (bytes[index] - [120, 110, 100][channel]) / [2, 4, 8][channel]
      #expect(abs(score - expected) < 1e-4)
    }
    #expect(model.interface?.inputs.first?.port.elementType == .uint8)
    #expect(model.interface?.inputs.first?.isChannelsLast == true)
  }

  @Test func arithmeticOnBytesIsNotTaken() throws {
    var file = TestFile()
    file.proto.graph.input[0].type.tensorType.elemType = 2
    file.node("Relu", ["image"], "out")
    #expect(try file.problems().map(\.found) == ["integers"])
    var plain = TestFile(output: "image")
    plain.proto.graph.input[0].type.tensorType.elemType = 2
    plain.node("Identity", ["image"], "other")
    #expect(try plain.problems().map(\.part) == [.output])
    var rounding = TestFile()
    rounding.node("Cast", ["image"], "bytes", attributes: [.integer("to", 2)])
    rounding.node("Cast", ["bytes"], "out", attributes: [.integer("to", 1)])
    #expect(try rounding.problems().map(\.attribute) == ["to"])
    var wider = TestFile()
    wider.proto.graph.input[0].type.tensorType.elemType = 2
    wider.node("Cast", ["image"], "words", attributes: [.integer("to", 6)])
    wider.node("Cast", ["words"], "out", attributes: [.integer("to", 1)])
    #expect(try wider.model().graph.outputShape == .map(3, 4, 4))
  }

  @Test func otherTypesAreNot() throws {
    for type in [0, 3, 7, 8, 9, 99] as [Int32] {
      var file = TestFile()
      file.proto.graph.input[0].type.tensorType.elemType = type
      file.node("Relu", ["image"], "out")
      #expect(try file.problems().map(\.part) == [.input], "\(type)")
    }
  }
}

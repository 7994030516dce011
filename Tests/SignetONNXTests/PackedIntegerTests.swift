import Foundation
import SignetModel
import Testing

@testable import SignetONNX

/// Integers that share bytes in ONNX files.
@Suite struct PackedIntegerTests {
  @Test func theFirstNumberIsInTheLowestBits() {
    #expect(PackedInteger.int4.packed(Data([1, 0xff, 0, 7, 0xf8])) == Data([0xf1, 0x70, 0x08]))
    #expect(PackedInteger.int2.packed(Data([1, 0xff, 0, 0xfe, 1])) == Data([0b1000_1101, 1]))
    #expect(PackedInteger.int4.unpacked(Data([0xf1, 0x70, 0x08]), count: 5) == [1, -1, 0, 7, -8])
    #expect(PackedInteger.int2.unpacked(Data([0b1000_1101, 1]), count: 5) == [1, -1, 0, -2, 1])
    #expect(PackedInteger.uint4.unpacked(Data([0xf1]), count: 2) == [1, 15])
    #expect(PackedInteger.uint2.unpacked(Data([0b1000_1101]), count: 4) == [1, 3, 0, 2])
  }

  /// As raw bytes and as a byte in each number.
  @Test(arguments: [false, true]) func weightsAreRead(_ inFields: Bool) throws {
    var file = TestFile(input: [nil, 3], output: "scores")
    var tensor = ProtoTensor()
    tensor.name = "q"
    tensor.dataType = PackedInteger.int2.rawValue
    tensor.dims = [3, 2]
    if inFields {
      tensor.int32Data = [0b1101_1101, 0b0111]
    } else {
      tensor.rawData = Data([0b1101_1101, 0b0111])
    }
    file.proto.graph.initializer.append(tensor)
    file.floats("scale", [], [0.5])
    file.node("DequantizeLinear", ["q", "scale"], "w")
    file.node("MatMul", ["image", "w"], "scores")
    let model = try file.model()
    let weight = try #require(model.weights.values.first)
    // 3 × 2 in the file, turned over.
    #expect(weight.floats == [0.5, 0.5, -0.5, -0.5, -0.5, 0.5])
  }

  @Test func missingBytesAreSaid() throws {
    var file = TestFile(input: [nil, 3], output: "scores")
    var tensor = ProtoTensor()
    tensor.name = "q"
    tensor.dataType = PackedInteger.int4.rawValue
    tensor.dims = [3, 3]
    tensor.rawData = Data(count: 4)
    file.proto.graph.initializer.append(tensor)
    file.floats("scale", [], [0.5])
    file.node("DequantizeLinear", ["q", "scale"], "w")
    file.node("MatMul", ["image", "w"], "scores")
    #expect {
      try file.model()
    } throws: {
      "\($0)".contains("tensor 'q': expected 5 bytes for [3, 3], found 4")
    }
  }
}

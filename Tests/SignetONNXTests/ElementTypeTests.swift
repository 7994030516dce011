import Foundation
import SignetModel
import Testing

@testable import SignetONNX

/// Every element type, as raw bytes and as typed fields.
@Suite struct ElementTypeTests {
  private func decoded(_ change: (inout ProtoTensor) -> Void) throws -> ConstantTensor {
    var tensor = ProtoTensor()
    tensor.dims = [3]
    change(&tensor)
    let url = URL(fileURLWithPath: "/tmp/x.onnx")
    var budget = ImportBudget(fileNodes: 1)
    return try TensorDecoder(externalData: ExternalData(model: url))
      .decode(tensor, budget: &budget)
  }

  @Test func floatTypes() throws {
    let values: [Float] = [1, -0.5, 65504]
    #expect(
      try decoded {
        $0.dataType = 10
        $0.rawData = Data([0x00, 0x3c, 0x00, 0xb8, 0xff, 0x7b])
      }.floats == values)
    #expect(
      try decoded {
        $0.dataType = 10
        $0.int32Data = [0x3c00, 0xb800, 0x7bff]
      }.floats == values)
    #expect(
      try decoded {
        $0.dataType = 16
        $0.rawData = Data([0x80, 0x3f, 0x00, 0xbf, 0x80, 0x47])
      }.floats == [1, -0.5, 65536])
    #expect(
      try decoded {
        $0.dataType = 11
        $0.doubleData = [1, -0.5, 65504]
      }.floats == values)
    #expect(
      try decoded {
        $0.dataType = 1
        $0.rawData = values.withUnsafeBytes { Data($0) }
      }.floats == values)
  }

  @Test func integerTypes() throws {
    for (type, bytes, expected): (Int32, [UInt8], [Int64]) in [
      (2, [0, 1, 255], [0, 1, 255]), (3, [0, 1, 255], [0, 1, -1]), (9, [0, 1, 1], [0, 1, 1]),
      (5, [0, 0, 1, 0, 0xff, 0xff], [0, 1, -1]), (4, [0, 0, 1, 0, 0xff, 0xff], [0, 1, 65535]),
    ] {
      #expect(
        try decoded {
          $0.dataType = type
          $0.rawData = Data(bytes)
        }.integers == expected)
    }
    #expect(
      try decoded {
        $0.dataType = 3
        $0.int32Data = [0, 1, -1]
      }.integers == [0, 1, -1])
    #expect(
      try decoded {
        $0.dataType = 7
        $0.int64Data = [.min, 0, .max]
      }.integers == [.min, 0, .max])
    #expect(
      try decoded {
        $0.dataType = 12
        $0.uint64Data = [0, 1, 4_294_967_295]
      }.integers == [0, 1, 4_294_967_295])
  }
}

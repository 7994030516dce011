import Foundation
import Testing

@testable import SignetModel

@Suite struct ModelFileRoundTripTests {
  @Test(arguments: [0, 1, 2, 3]) func modelComesBackEqual(codes: Int) throws {
    let folder = try TemporaryFolder()
    let model = try Fixture.model(codes: codes)
    let url = folder.file("model.signet")
    try model.write(to: url)
    #expect(try Model(contentsOf: url) == model)
    #expect(folder.names == ["model.signet"])
    #expect(try Data(contentsOf: url).count == model.fileByteCount)
  }

  @Test func bytesAreTheSameEachTime() throws {
    let first = try Fixture.fileData(Fixture.model(codes: 2))
    for _ in 0..<5 {
      #expect(try Fixture.fileData(Fixture.model(codes: 2)) == first)
    }
    let again = try Model(fileData: first, path: "model")
    #expect(try Fixture.fileData(again) == first)
  }

  @Test func dataIsAligned() throws {
    let data = try Fixture.fileData(Fixture.model(codes: 1))
    let length = data.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    #expect((length + 8) % 64 == 0)
    let file = try SafetensorsFile(data: data, path: "model")
    for tensor in file.tensors.values where tensor.elementType == .float32 {
      #expect(tensor.byteRange.lowerBound % 4 == 0)
    }
  }

  @Test func floatTensorsAreWindows() throws {
    let folder = try TemporaryFolder()
    let url = folder.file("model.signet")
    try Fixture.model().write(to: url)
    let file = try SafetensorsFile(contentsOf: url)
    let tensor = try #require(file.tensors["conv.weight"])
    let base = file.data.withUnsafeBytes { $0.baseAddress }
    let window = file.values(of: tensor).withUnsafeBytes { $0.baseAddress }
    let offset = try #require(window) - (try #require(base))
    #expect(offset == tensor.byteRange.lowerBound)
  }

  @Test func byteCounts() throws {
    let float = try Fixture.model()
    // conv 54 + 2, batch norm 4 · 2, linear 24 + 3
    #expect(float.floatByteCount == 4 * (54 + 2 + 8 + 24 + 3))
    #expect(try Fixture.model(codes: 2).floatByteCount == float.floatByteCount)
  }

  /// The layout of `Documentation/format.md`, read by hand with Foundation alone.
  @Test func layoutIsPlainSafetensors() throws {
    let model = try Fixture.model(codes: 2)
    let data = try Fixture.fileData(model)
    let length = data.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    let header = try #require(
      JSONSerialization.jsonObject(with: data[8..<8 + length]) as? [String: [String: Any]])
    let metadata = try #require(header["__metadata__"] as? [String: String])
    #expect(metadata["signet.format"] == "1")
    #expect(
      metadata.keys.sorted() == [
        "signet.checksum", "signet.format", "signet.graph", "signet.labels",
        "signet.preprocessing", "signet.provenance",
      ])
    let codes = try #require(header["conv.weight.codes"])
    #expect(codes["dtype"] as? String == "U8")
    #expect(codes["shape"] as? [Int] == [2, 2, 4])
    let scale = try #require(header["conv.weight.scale"])
    #expect(scale["dtype"] as? String == "F32")
    #expect(scale["shape"] as? [Int] == [2, 2])
    #expect(header["conv.weight"] == nil)

    let offsets = try #require(codes["data_offsets"] as? [Int])
    let start = 8 + length + offsets[0]
    let signs = try #require(model.weights["conv.weight"]?.codes).signs
    for filter in 0..<4 {
      for element in 0..<27 {
        let bit = data[start + filter * 4 + element / 8] >> UInt8(element % 8) & 1
        #expect(signs[filter * 27 + element] == (bit == 1 ? 1 : -1))
      }
    }
    #expect(offsets[1] == data.count - 8 - length, "codes stand last")
  }

  @Test func checksumIsCRC32() {
    var checksum = CRC32()
    checksum.update(Data("123456789".utf8))
    #expect(checksum.hexadecimal == "cbf43926")
    var pieces = CRC32()
    for byte in "123456789".utf8 { pieces.update(Data([byte])) }
    #expect(pieces.value == checksum.value)
    #expect(CRC32().hexadecimal == "00000000")
  }
}

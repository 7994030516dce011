import Foundation
import Testing

@testable import SignetCoreML

@Suite struct WeightFileTests {
  @Test func recordsLieAtMultiplesOf64() {
    var file = WeightFile()
    // 1 0 0 1 1 1 0 0 1 1: ten bits in two bytes.
    #expect(file.append(Data([0x39, 0x03]), .uint1, elementCount: 10) == 64)
    #expect(file.append(Data([1, 0, 2, 0, 3, 0]), .float16, elementCount: 3) == 192)
    let bytes = file.bytes
    #expect(bytes.count == 320)
    // The count of records and the version; then sentinel, kind, bytes, place and unused bits.
    #expect(Array(bytes[0..<8]) == [2, 0, 0, 0, 2, 0, 0, 0])
    #expect(Array(bytes[64..<72]) == [0xef, 0xbe, 0xad, 0xde, 9, 0, 0, 0])
    #expect(Array(bytes[72..<80]) == [2, 0, 0, 0, 0, 0, 0, 0])
    #expect(Array(bytes[80..<88]) == [128, 0, 0, 0, 0, 0, 0, 0])
    #expect(Array(bytes[88..<96]) == [6, 0, 0, 0, 0, 0, 0, 0])
    #expect(Array(bytes[128..<130]) == [0x39, 0x03])
    #expect(Array(bytes[196..<200]) == [1, 0, 0, 0])
    #expect(Array(bytes[256..<262]) == [1, 0, 2, 0, 3, 0])
  }
}

import SignetModel
import Testing

@testable import SignetCoreML

@Suite struct PaletteTests {
  /// Two filters of five weights, of one and two codes.
  @Test func anIndexHasABitPerCode() throws {
    let codes = try BinaryCodes(
      signs: [1, -1, 1, 1, -1] + [-1, -1, 1, -1, 1] + [1, 1, -1, -1, 1],
      scales: [0.5, 0.25, 0.125], rows: CodeRows(codeCounts: [1, 2]), patchLength: 5,
      constants: [0, 1])
    let palettes = Palettes(codes, bitCount: 2)
    // The second bit of the first filter, which has no second code, means nothing.
    let numbers: [Float] = [-0.5, 0.5, -0.5, 0.5, 0.625, 1.125, 0.875, 1.375]
    #expect(palettes.numbers == numbers)
    let indices: [UInt8] = [1, 0, 1, 1, 0, 2, 2, 1, 0, 3]
    let bits = indices.flatMap { [$0 & 1, $0 >> 1] }
    let packed = stride(from: 0, to: 24, by: 8).map { start in
      (0..<8).reduce(UInt8(0)) { byte, bit in
        byte | (start + bit < bits.count ? bits[start + bit] << UInt8(bit) : 0)
      }
    }
    #expect(Array(palettes.indices) == packed)
  }
}

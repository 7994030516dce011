import Foundation
import Testing
import ThrownErrors

@testable import SignetModel

@Suite struct WeightTests {
  @Test(arguments: [1, 7, 8, 9, 27, 64, 65]) func signsComeBack(patchLength: Int) throws {
    for codeCount in 1...3 {
      let signs = Fixture.values(codeCount * 2 * patchLength).map { $0 > 0 ? Int8(1) : -1 }
      let codes = try BinaryCodes(
        signs: signs, scales: [Float](repeating: 1, count: codeCount * 2), codeCount: codeCount,
        filterCount: 2, patchLength: patchLength)
      #expect(codes.signs == signs)
      #expect(codes.bytes.count == codeCount * 2 * ((patchLength + 7) / 8))
    }
  }

  @Test func packing() throws {
    let codes = try BinaryCodes(
      signs: [1, -1, -1, 1, 1, -1, -1, -1, -1, 1], scales: [0.5], codeCount: 1, filterCount: 1,
      patchLength: 10)
    #expect(Array(codes.bytes) == [0b0001_1001, 0b10])
    #expect(codes.expanded == [0.5, -0.5, -0.5, 0.5, 0.5, -0.5, -0.5, -0.5, -0.5, 0.5])
  }

  @Test func codesAdd() throws {
    let codes = try BinaryCodes(
      // The first four belong to the first code, the rest to the second.
      signs: [1, -1, 1, 1, -1, -1, 1, -1], scales: [2, 4, 0.5, 1], codeCount: 2,
      filterCount: 2, patchLength: 2)
    #expect(codes.expanded == [1.5, -2.5, 5, 3])
    let weight = try Weight(shape: [2, 2, 1, 1], storage: .binary(codes))
    #expect(weight.floats == codes.expanded)
    #expect(weight.storedByteCount == 4 + 16)
  }

  @Test func signsAndMeans() throws {
    let weight = try Weight(shape: [2, 3], values: [1, -2, 3, 0, -1, -1])
    let codes = try BinaryCodes(signsOf: weight)
    #expect(codes.signs == [1, -1, 1, 1, -1, -1])
    #expect(codes.scales.array == [2, Float(2) / 3])
    // The second code is of what the first leaves: −1, 0, 1 and −2/3, −1/3, −1/3.
    let two = try BinaryCodes(signsOf: weight, codeCount: 2)
    #expect(two.signs == codes.signs + [-1, 1, 1, -1, -1, -1])
    for (found, expected) in zip(two.scales.array, [2, 2.0 / 3, 2.0 / 3, 4.0 / 9] as [Float]) {
      #expect(abs(found - expected) <= 4 * expected.ulp)
    }
    #expect(throws: WeightError.extents(codes: 0, filters: 2, patchLength: 3)) {
      try BinaryCodes(signsOf: weight, codeCount: 0)
    }
  }

  @Test func wrongCounts() {
    #expect(throws: WeightError.elementCount(part: "codes", expected: 4, found: 3)) {
      try BinaryCodes(
        signs: [1, 1, 1], scales: [1, 1], codeCount: 1, filterCount: 2, patchLength: 2)
    }
    #expect(throws: WeightError.elementCount(part: "scale", expected: 2, found: 1)) {
      try BinaryCodes(
        signs: [1, 1, 1, 1], scales: [1], codeCount: 1, filterCount: 2, patchLength: 2)
    }
    for extents in [[0, 1, 1], [1, -1, 1], [1, 1, 0], [2, .max, 2]] {
      #expect(
        throws: WeightError.extents(
          codes: extents[0], filters: extents[1], patchLength: extents[2])
      ) {
        try BinaryCodes(
          bytes: Data(), scales: FloatValues([]), codeCount: extents[0], filterCount: extents[1],
          patchLength: extents[2])
      }
    }
    #expect(
      thrown(WeightError.self) {
        try BinaryCodes(
          bytes: Data(), scales: FloatValues([1]), codeCount: 1, filterCount: 1, patchLength: .max)
      } == "codes: expected 1152921504606846976 elements, found 0")
    #expect(throws: WeightError.paddingBits(filter: 1)) {
      try BinaryCodes(
        bytes: Data([0b111, 0b1000]), scales: FloatValues([1, 1]), codeCount: 1, filterCount: 2,
        patchLength: 3)
    }
    #expect(throws: WeightError.elementCount(part: "values", expected: 6, found: 5)) {
      try Weight(shape: [2, 3], values: [1, 2, 3, 4, 5])
    }
    #expect(throws: WeightError.shape([-1])) { try Weight(shape: [-1], values: []) }
    #expect(throws: WeightError.shape([.max, 3])) { try Weight(shape: [.max, 3], values: []) }
    #expect(FloatValues(littleEndian: Data(count: 6)) == nil)
  }

  @Test func nonFiniteValuesAreFound() {
    for index in [0, 1, 1023, 1024, 2999] {
      for culprit in [Float.nan, .infinity, -.infinity] {
        var values = Fixture.values(3000)
        values[index] = culprit
        #expect(FloatValues(values).firstNonFiniteIndex == index)
      }
    }
    #expect(
      FloatValues([.greatestFiniteMagnitude, -0.0, .leastNonzeroMagnitude]).firstNonFiniteIndex
        == nil)
    #expect(FloatValues([]).firstNonFiniteIndex == nil)
  }
}

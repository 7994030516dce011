import Foundation
import Testing
import ThrownErrors

@testable import SignetModel

/// Binary weights of different numbers of codes, constants and input scales.
@Suite struct CodePartsTests {
  @Test func rows() throws {
    let rows = try CodeRows(codeCounts: [2, 1, 3])
    #expect(rows.filters == [0, 1, 2, 0, 2, 2])
    #expect(rows.ofFilters == [[0, 3], [1], [2, 4, 5]])
    #expect(rows.count == 6 && rows.largestCount == 3 && !rows.areEqual)
    let equal = try CodeRows(codeCounts: [2, 2])
    #expect(try equal == CodeRows(codeCount: 2, filterCount: 2))
    #expect(equal.areEqual && equal.codeCounts == [2, 2] && equal.filters == [0, 1, 0, 1])
  }

  /// W = c ∘ (Σ α b + β) by hand: two groups of one filter, two channels of two positions.
  @Test func expansion() throws {
    let codes = try BinaryCodes(
      signs: [1, -1, 1, 1, -1, -1, 1, -1, 1, 1, -1, -1], scales: [2, 4, 1],
      rows: CodeRows(codeCounts: [1, 2]), patchLength: 4, constants: [0.5, -1],
      inputScales: InputScales([1, 2, 0.25, 8], channelCount: 2))
    // The first filter: 2·(+ − + +) + ½; the second: 4·(− − + −) + (+ + − −) − 1.
    let expected: [Float] = [2.5, -1.5, 5, 5, -1, -1, 16, -48]
    #expect(codes.expanded == expected)
    let weight = try Weight(shape: [2, 2, 1, 2], storage: .binary(codes))
    #expect(weight.floats == codes.expanded)
    #expect(weight.bitsPerElement == 1.5)
    // Three rows of a byte, two counts, and floats: three α, two β, four c.
    #expect(weight.storedByteCount == 3 + 2 + 4 * (3 + 2 + 4))
  }

  @Test func selection() throws {
    let codes = try Fixture.richCodes(filters: 5, channels: 3, area: 3)
    let chosen = try codes.selecting(filters: [4, 0, 3])
    let whole = try codes.with(
      scales: codes.scales, constants: codes.constants, inputScales: nil)
    let counts = codes.codeCounts
    #expect(chosen.codeCounts == [counts[4], counts[0], counts[3]])
    let floats = whole.expanded
    let expected = [4, 0, 3].flatMap { floats[$0 * 9..<($0 + 1) * 9] }
    #expect(chosen.expanded == expected)
  }

  @Test func countsThatDoNotFit() throws {
    #expect(throws: WeightError.extents(codes: 0, filters: 0, patchLength: 0)) {
      try CodeRows(codeCounts: [])
    }
    for count in [0, -1, 256] {
      #expect(throws: WeightError.codeCount(filter: 1, found: count, limit: 255)) {
        try CodeRows(codeCounts: [1, count])
      }
    }
    let rows = try CodeRows(codeCounts: [1, 2])
    func codes(
      bytes: Int = 3, scales: Int = 3, constants: Int? = nil, inputScales: InputScales? = nil
    ) throws {
      _ = try BinaryCodes(
        bytes: Data(count: bytes), scales: FloatValues([Float](repeating: 1, count: scales)),
        rows: rows, patchLength: 6,
        constants: constants.map { FloatValues([Float](repeating: 1, count: $0)) },
        inputScales: inputScales)
    }
    #expect(throws: WeightError.elementCount(part: "codes", expected: 3, found: 4)) {
      try codes(bytes: 4)
    }
    #expect(throws: WeightError.elementCount(part: "scale", expected: 3, found: 2)) {
      try codes(scales: 2)
    }
    #expect(throws: WeightError.elementCount(part: "constant", expected: 2, found: 3)) {
      try codes(constants: 3)
    }
    #expect(throws: WeightError.inputScales(channels: 2, found: 3)) {
      try InputScales([1, 1, 1], channelCount: 2)
    }
    #expect(
      thrown(WeightError.self) {
        try codes(inputScales: InputScales([Float](repeating: 1, count: 9), channelCount: 3))
      }
        == "input scales of 3 groups of 3 channels: expected as many groups in 2 filters and "
        + "channels in 6 elements")
    let ofThree = try BinaryCodes(
      bytes: Data(count: 3), scales: FloatValues([1, 1, 1]), rows: rows, patchLength: 6,
      inputScales: InputScales([1, 1, 1], channelCount: 3))
    #expect(
      throws: WeightError.elementCount(
        part: "channels of the input scales", expected: 2, found: 3)
    ) {
      try Weight(shape: [2, 2, 1, 3], storage: .binary(ofThree))
    }
  }

  @Test func batchNormMultipliesScalesAndConstants() throws {
    let codes = try Fixture.richCodes(filters: 3, channels: 2, area: 3)
    let weight = try Weight(shape: [3, 2, 1, 3], storage: .binary(codes))
    let factors = [0.5, -2, 4]
    let scaled = try weight.scaled(by: factors)
    #expect(scaled.codes?.inputScales == codes.inputScales)
    #expect(scaled.codes?.codeCounts == codes.codeCounts)
    #expect(scaled.codes?.scales.array.allSatisfy { $0 >= 0 } == true)
    let expected = weight.floats.enumerated().map { $1 * Float(factors[$0 / 6]) }
    #expect(scaled.floats == expected)
  }
}

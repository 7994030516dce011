import Foundation
import Testing

@testable import SignetModel

@Suite struct Int8FiltersTests {
  @Test func everyWeightIsWithinHalfAStep() throws {
    let weights = Fixture.values(5 * 63)
    let filters = try Int8Filters(quantizing: weights, filterCount: 5)
    let scales = filters.scales.array
    #expect(filters.patchLength == 63)
    for (index, (found, weight)) in zip(filters.expanded, weights).enumerated() {
      let scale = scales[index / 63]
      // Clipping beyond the outermost code is the one larger error there is.
      let reach = 127 * scale
      #expect(abs(found - min(reach, max(-reach, weight))) <= 0.5001 * scale)
      #expect(found == scale * Float(filters.codes[index]))
    }
  }

  @Test func knownCodes() throws {
    // Peaks 127/128 and 0.5: scales of 2⁻⁷ and 0.5/127, rounded to half precision.
    let filters = try Int8Filters(
      quantizing: [127 / 128, -1 / 128, 0, 0.5, -0.5, 0.25], filterCount: 2)
    #expect(filters.codes.dropLast() == [127, -1, 0, 127, -127])
    #expect((63...64).contains(filters.codes[5]))
    #expect(filters.scales.array[0] == 0x1p-7)
    #expect(abs(filters.scales.array[1] - 0.5 / 127) <= 0.5 / 127 / 2048)
    #expect(filters.scales.elementType == .float16)
  }

  @Test func outliersAreClippedWhereThatHelps() throws {
    // One outlier among thousands of weights, each of which gains from a finer step.
    let bulk = (0..<8000).map { Float(($0 * 7919) % 2001 - 1000) / 1000 }
    let filters = try Int8Filters(quantizing: bulk + [1.2], filterCount: 1)
    let scale = filters.scales.array[0]
    #expect(scale < 1.19 / 127)
    func squaredError(_ scale: Float) -> Double {
      (bulk + [1.2]).reduce(0) { sum, weight in
        let code = min(127, max(-127, (weight / scale).rounded()))
        return sum + pow(Double(weight - scale * code), 2)
      }
    }
    #expect(squaredError(scale) < squaredError(1.2 / 127))
  }

  @Test func filtersWithoutMagnitude() throws {
    let filters = try Int8Filters(quantizing: [0, 0, 1e-44, -1e-44, 1, -1], filterCount: 3)
    #expect(filters.codes == [0, 0, 0, 0, 127, -127])
    #expect(filters.expanded.allSatisfy { $0.isFinite })
    // Weights too large or too small for half precision keep float32 scales.
    for magnitude in [Float(1e30), 1e-30] {
      let filters = try Int8Filters(quantizing: [magnitude, -magnitude / 2], filterCount: 1)
      #expect(filters.scales.elementType == .float32)
      #expect(filters.codes == [127, -64])
    }
  }

  @Test func whatIsRefused() throws {
    #expect(throws: WeightError.extents(codes: 1, filters: 2, patchLength: 0)) {
      try Int8Filters(quantizing: [1, 2, 3], filterCount: 2)
    }
    #expect(throws: WeightError.notFinite(index: 1, found: .infinity)) {
      try Int8Filters(quantizing: [1, .infinity], filterCount: 2)
    }
    func filters(_ bytes: [UInt8], scales: [Float] = [1, 1]) throws -> Int8Filters {
      try Int8Filters(
        bytes: Data(bytes), scales: FloatValues(scales), filterCount: 2, patchLength: 2)
    }
    #expect(try filters([1, 0xff, 0x81, 127]).expanded == [1, -1, -127, 127])
    #expect(throws: WeightError.code(index: 2, found: -128)) { try filters([1, 2, 0x80, 3]) }
    #expect(throws: WeightError.elementCount(part: "int8 codes", expected: 4, found: 3)) {
      try filters([1, 2, 3])
    }
    #expect(throws: WeightError.elementCount(part: "scale", expected: 2, found: 1)) {
      try filters([1, 2, 3, 4], scales: [1])
    }
    #expect(throws: WeightError.elementCount(part: "int8 codes", expected: 4, found: 4)) {
      try Weight(shape: [4, 1], storage: .int8(filters([1, 2, 3, 4])))
    }
  }

  @Test func halfPrecision() {
    let exact: [Float] = [
      0, -0.0, 1, -2, 65504, 0x1p-14, 0x1p-24, 0x3p-24, 1.5, 2047, 0.333251953125,
    ]
    for value in exact {
      #expect(Half.float(Half.bits(value)).bitPattern == value.bitPattern, "\(value)")
    }
    #expect(Half.bits(1) == 0x3c00)
    #expect(Half.bits(-2) == 0xc000)
    #expect(Half.bits(65519) == 0x7bff)
    #expect(Half.bits(65520) == 0x7c00)
    #expect(Half.bits(-.infinity) == 0xfc00)
    #expect(Half.float(Half.bits(.nan)).isNaN)
    // Ties go to the even neighbour, in the normal and in the subnormal range.
    #expect(Half.bits(1 + 0x1p-11) == 0x3c00)
    #expect(Half.bits(1 + 0x3p-11) == 0x3c02)
    #expect(Half.bits(0x1p-25) == 0)
    #expect(Half.bits(0x3p-25) == 2)
    #expect(Half.bits(0x1p-14 - 0x1p-26) == 0x0400)
    #expect(Half.float(0x0001) == 0x1p-24)
    #expect(Half.float(0x03ff) == 1023 * 0x1p-24)
    #expect(Half.float(0x0400) == 0x1p-14)
    #expect(Half.float(0xfc00) == -.infinity)
  }

  @Test func everyHalfPrecisionNumberComesBack() {
    for bits in UInt16.min ... .max {
      let value = Half.float(bits)
      let isNaN = bits & 0x7fff > 0x7c00
      #expect(value.isNaN == isNaN)
      #expect(value.sign == (bits >> 15 == 0 ? .plus : .minus))
      // All NaNs become the one of their sign.
      #expect(Half.bits(value) == (isNaN ? bits & 0x8000 | 0x7e00 : bits))
      guard !isNaN else { continue }
      // What the bits mean, from the standard's formula.
      let (exponent, fraction) = (Int(bits >> 10 & 0x1f), Float(bits & 0x3ff))
      let magnitude: Float =
        switch exponent {
        case 0: fraction * 0x1p-24
        case 31: .infinity
        default: Float(sign: .plus, exponent: exponent - 15, significand: 1 + fraction / 1024)
        }
      #expect(value.magnitude == magnitude)
    }
  }

  @Test func numbersAreNarrowedWhereHalfPrecisionSuffices() {
    let values = FloatValues([0.1, -3, 1e-6])
    let narrow = values.narrowed()
    #expect(narrow.elementType == .float16)
    #expect(narrow.count == 3 && narrow.byteCount == 6)
    for (found, value) in zip(narrow.array, values.array) {
      #expect(abs(found - value) <= 3 * 0x1p-11)
    }
    #expect(narrow.firstNonFiniteIndex == nil)
    for unfit in [[1e5, 1], [1e-5, 0], [Float.nan, 1]] as [[Float]] {
      #expect(FloatValues(unfit).narrowed().elementType == .float32)
    }
    #expect(FloatValues([0, 0]).narrowed().array == [0, 0])
  }
}

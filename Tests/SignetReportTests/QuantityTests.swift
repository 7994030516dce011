import SignetReport
import Testing

@Suite struct QuantityTests {
  @Test(arguments: [
    (Quantity.percent(91.73), "91.73 %"), (.percent(100), "100.00 %"), (.percent(.nan), "–"),
    (.bytes(0), "0 bytes"), (.bytes(999), "999 bytes"), (.bytes(1000), "1.00 kB"),
    (.bytes(99_999), "100.0 kB"), (.bytes(999_949), "999.9 kB"), (.bytes(999_950), "1.00 MB"),
    (.bytes(46_800_000), "46.80 MB"), (.bytes(3_000_000_000_000), "3000.0 GB"),
    (.count(0), "0"), (.count(999), "999"), (.count(1000), "1,000"),
    (.count(-1_234_567), "-1,234,567"), (.count(Int.min), "-9,223,372,036,854,775,808"),
    (.milliseconds(0.1234), "0.123 ms"), (.milliseconds(12.346), "12.35 ms"),
    (.milliseconds(123.46), "123.5 ms"),
    (.seconds(0.5), "0.50 s"), (.seconds(12), "12.0 s"), (.seconds(59.96), "1 min 00 s"),
    (.seconds(3599.4), "59 min 59 s"), (.seconds(7265), "2 h 01 min"), (.seconds(-1), "–"),
    (.seconds(.infinity), "–"), (.ratio(23.4), "23.4×"), (.ratio(0.98), "0.98×"),
    (.fraction(0.02971), "0.0297"),
  ])
  func rendersWithItsUnit(quantity: Quantity, text: String) {
    #expect(quantity.description == text)
  }
}

@Suite struct QuantilesTests {
  @Test func interpolatesBetweenNeighbours() {
    let quantiles = Quantiles([4, 1, 3, 2])
    #expect(quantiles.median == 2.5)
    #expect(quantiles.value(at: 0) == 1)
    #expect(quantiles.value(at: 1) == 4)
    #expect(abs(quantiles.value(at: 0.95) - 3.85) < 1e-12)
  }

  @Test func nothingMeasuredIsZero() {
    #expect(Quantiles([]).median == 0)
    #expect(Quantiles([7]).value(at: 0.95) == 7)
  }
}

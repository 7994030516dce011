import Testing

@testable import SignetReport

@Suite struct ChartScaleTests {
  @Test func valuesBecomePositions() {
    let scale = ChartScale(covering: [2, 4, 10])
    #expect(scale.position(2) == 0)
    #expect(scale.position(4) == 0.25)
    #expect(scale.position(10) == 1)
    #expect(scale.position(99) == 1)
    #expect(scale.position(.nan) == nil)
  }

  @Test func barsStartAtZero() {
    let scale = ChartScale(covering: [5, 10], startsAtZero: true)
    #expect(scale.position(0) == 0)
    #expect(scale.position(5) == 0.5)
    let both = ChartScale(covering: [-5, 15], startsAtZero: true)
    #expect(both.position(0) == 0.25)
  }

  @Test func nothingOneAndEqualValuesHaveAnAxis() {
    #expect(ChartScale(covering: []).position(0.5) == 0.5)
    #expect(ChartScale(covering: [.nan, .infinity]).position(0.5) == 0.5)
    #expect(ChartScale(covering: [3]).position(3) == 0.5)
    #expect(ChartScale(covering: [0, 0]).position(0) == 0.5)
    #expect(ChartScale(covering: [3], startsAtZero: true).position(3) == 1)
    #expect(ChartScale(covering: [0], startsAtZero: true).position(0) == 0)
  }

  @Test func hugeValuesStayFinite() throws {
    let scale = ChartScale(covering: [-Double.greatestFiniteMagnitude, .greatestFiniteMagnitude])
    #expect(scale.position(0) == 0.5)
    #expect(scale.position(.greatestFiniteMagnitude) == 1)
    #expect(scale.position(.infinity) == 1)
    #expect(scale.ticks().allSatisfy { $0.isFinite })
    #expect(!scale.ticks().isEmpty && scale.ticks().count < 12)
  }

  @Test func decadesAreEvenlySpaced() {
    let scale = ChartScale(covering: [0.01, 100, 0, -1], isLogarithmic: true)
    #expect(scale.position(0.01) == 0)
    #expect(scale.position(1) == 0.5)
    #expect(scale.position(100) == 1)
    #expect(scale.position(0) == nil)
    #expect(scale.ticks() == [0.01, 0.1, 1, 10, 100])
  }

  @Test func ticksAreRound() {
    #expect(ChartScale(covering: [0, 1]).ticks() == [0, 0.25, 0.5, 0.75, 1])
    #expect(ChartScale(covering: [-3, 17]).ticks() == [0, 5, 10, 15])
  }

  @Test func placesAreShort() {
    #expect(ChartNumber.place(12.5) == "12.5")
    #expect(ChartNumber.place(3) == "3")
    #expect(ChartNumber.place(-0.001) == "0")
    #expect(ChartNumber.place(.nan) == "0")
    #expect(ChartNumber.percent(0.12345) == "12.35%" || ChartNumber.percent(0.12345) == "12.34%")
    #expect(ChartNumber.label(1e-7) == "1e-07")
  }
}

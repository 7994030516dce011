import Testing
import ThrownErrors

@testable import SignetHashing

@Suite("Bit allocation")
struct BitAllocationTests {
  private typealias Layer = BitAllocation.Layer

  private func effect(_ layers: [Layer], _ codes: [Int]) -> Double {
    zip(layers, codes).reduce(0) { $0 + ($1.1 == 0 ? 0 : $1.0.effects[$1.1 - 1]) }
  }

  private func bits(_ layers: [Layer], _ codes: [Int]) -> Double {
    let sum = zip(layers, codes).reduce(0) { $0 + $1.0.weights * ($1.1 == 0 ? 32 : $1.1) }
    return Double(sum) / Double(layers.reduce(0) { $0 + $1.weights })
  }

  /// Every choice there is.
  private func best(_ layers: [Layer], budget: Double) -> Double {
    var choices: [[Int]] = [[]]
    for layer in layers {
      choices = choices.flatMap { start in (0...layer.effects.count).map { start + [$0] } }
    }
    return choices.filter { bits(layers, $0) <= budget }.map { effect(layers, $0) }.min() ?? .nan
  }

  @Test("equals trying everything", arguments: [1, 1.3, 1.5, 2, 3.7, 10])
  func optimal(budget: Double) throws {
    var random = SmallRandom(state: UInt64(budget * 10))
    for sizes in [[5, 7, 11, 13], [144, 288, 288, 576, 1152], [2304, 9216, 36864]] {
      let layers = sizes.map { size in
        var effect = Double.random(in: 0.1...1, using: &random)
        let effects = (1...4).map { _ in
          effect *= Double.random(in: 0.1...1.05, using: &random)
          return effect
        }
        return Layer(weights: size, effects: effects)
      }
      let codes = try BitAllocation.codes(for: layers, budget: budget)
      #expect(bits(layers, codes) <= budget)
      #expect(abs(effect(layers, codes) - best(layers, budget: budget)) < 1e-12)
    }
  }

  @Test("one bit is one code everywhere, 32 bits are float everywhere")
  func extremes() throws {
    let layers = [3, 1000].map { Layer(weights: $0, effects: [0.4, 0.2, 0.1, 0.05]) }
    #expect(try BitAllocation.codes(for: layers, budget: 1) == [1, 1])
    #expect(try BitAllocation.codes(for: layers, budget: 1e9) == [0, 0])
    // Bits that gain nothing are not spent.
    let flat = [Layer(weights: 10, effects: [0.2, 0.2, 0.3])]
    #expect(try BitAllocation.codes(for: flat, budget: 3) == [1])
    #expect(try BitAllocation.codes(for: [], budget: 3) == [])
  }

  @Test("a budget is kept where units are coarser than the layers")
  func coarse() throws {
    let layers = [999_983, 1_000_003, 14_000_029].map {
      Layer(weights: $0, effects: [0.4, 0.2, 0.1, 0.05])
    }
    let codes = try BitAllocation.codes(for: layers, budget: 1.5)
    #expect(codes == [4, 4, 1])
    #expect(bits(layers, codes) <= 1.5)
  }

  @Test("what makes no sense is refused")
  func refused() {
    let layer = Layer(weights: 10, effects: [0.5])
    var texts: [String] = []
    for budget in [0.99, -.infinity, .infinity, .nan] {
      texts.append(
        thrown(HashingError.self) {
          try BitAllocation.codes(for: [layer], budget: budget)
        })
    }
    #expect(
      texts == [
        "budget 0.99 is not allowed; expected 1 or more bits",
        "budget -inf is not allowed; expected 1 or more bits",
        "budget inf is not allowed; expected 1 or more bits",
        "budget nan is not allowed; expected 1 or more bits",
      ])
    texts = []
    for layer in [
      Layer(weights: 0, effects: [1]), Layer(weights: 3, effects: []),
      Layer(weights: 3, effects: [.nan]),
    ] {
      texts.append(thrown(HashingError.self) { try BitAllocation.codes(for: [layer], budget: 2) })
    }
    #expect(
      texts == [
        "layer 0 weights, 1 effects is not allowed; expected at least one of each",
        "layer 3 weights, 0 effects is not allowed; expected at least one of each",
        "effect nan is not allowed; expected a finite number",
      ])
  }
}

private struct SmallRandom: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return (state >> 32) | (state << 32)
  }
}

import Testing
import ThrownErrors

@testable import SignetHashing

@Suite("Bit allocation")
struct BitAllocationTests {
  private typealias Layer = BitAllocation.Layer

  private func effect(_ layers: [Layer], _ codes: [[Int]]) -> Double {
    zip(layers, codes).reduce(0) { sum, pair in
      pair.1.enumerated().reduce(sum) {
        $0 + ($1.element == 0 ? 0 : pair.0.effects[$1.element - 1][$1.offset])
      }
    }
  }

  private func bits(_ layers: [Layer], _ codes: [[Int]]) -> Double {
    let sum = zip(layers, codes).reduce(0) { sum, pair in
      pair.1.reduce(sum) { $0 + pair.0.patchLength * ($1 == 0 ? 32 : $1) }
    }
    return Double(sum) / Double(layers.reduce(0) { $0 + $1.weights })
  }

  /// Every choice there is.
  private func best(_ layers: [Layer], budget: Double) -> Double {
    var choices: [[[Int]]] = [[]]
    for layer in layers {
      var own: [[Int]] = [[]]
      for _ in 0..<layer.filterCount {
        own = own.flatMap { start in (1...layer.effects.count).map { start + [$0] } }
      }
      own.append([Int](repeating: 0, count: layer.filterCount))
      choices = choices.flatMap { start in own.map { start + [$0] } }
    }
    return choices.filter { bits(layers, $0) <= budget }.map { effect(layers, $0) }.min() ?? .nan
  }

  private func random(_ sizes: [(patch: Int, filters: Int)], seed: UInt64) -> [Layer] {
    var random = SmallRandom(state: seed)
    return sizes.map { size in
      var effects = (0..<size.filters).map { _ in Double.random(in: 0.1...1, using: &random) }
      return Layer(
        patchLength: size.patch,
        effects: (1...4).map { _ in
          effects = effects.map { $0 * Double.random(in: 0.1...1.05, using: &random) }
          return effects
        })
    }
  }

  @Test("is nearly as good as trying everything", arguments: [1, 1.05, 1.3, 1.5, 2, 3.7, 10])
  func nearlyOptimal(budget: Double) throws {
    for seed in 1...6 {
      let layers = random([(5, 3), (9, 3), (27, 2)], seed: UInt64(seed))
      let codes = try BitAllocation.codes(for: layers, budget: budget)
      #expect(bits(layers, codes) <= budget)
      let most = layers.flatMap { $0.effects[0] }.max() ?? 0
      let best = best(layers, budget: budget)
      #expect(effect(layers, codes) >= best - 1e-12)
      #expect(effect(layers, codes) <= best + most)
    }
  }

  @Test("many filters spend nearly all there is, on those that gain most")
  func many() throws {
    let layers = random([(144, 32), (288, 64), (576, 64)], seed: 5)
    for budget in [1.05, 1.25, 2, 3] {
      let codes = try BitAllocation.codes(for: layers, budget: budget)
      let spent = bits(layers, codes)
      #expect(spent <= budget && spent > budget - 0.01)
      // Moving a code of one filter to another of the same layer gains nothing.
      for (layer, own) in zip(layers, codes) where !own.contains(0) {
        func gain(_ filter: Int, _ count: Int) -> Double {
          layer.effects[count - 1][filter] - layer.effects[count][filter]
        }
        let losses = own.indices.filter { own[$0] > 1 }.map { gain($0, own[$0] - 1) }
        let gains = own.indices.filter { own[$0] < 4 }.map { gain($0, own[$0]) }
        let spread = (gains.max() ?? 0) - (losses.min() ?? .infinity)
        #expect(spread < 0.5, "at \(budget)")
      }
    }
  }

  @Test("one bit is one code everywhere, 32 bits are float everywhere")
  func extremes() throws {
    let effects = [[0.4, 0.3], [0.2, 0.1], [0.1, 0.05], [0.05, 0.01]]
    let layers = [3, 1000].map { Layer(patchLength: $0, effects: effects) }
    #expect(try BitAllocation.codes(for: layers, budget: 1) == [[1, 1], [1, 1]])
    #expect(try BitAllocation.codes(for: layers, budget: 1e9) == [[0, 0], [0, 0]])
    // Bits that gain nothing are not spent.
    let flat = [Layer(patchLength: 10, effects: [[0.2, 0], [0.2, 0], [0.3, 0]])]
    #expect(try BitAllocation.codes(for: flat, budget: 3) == [[1, 1]])
    #expect(try BitAllocation.codes(for: [], budget: 3) == [])
  }

  @Test("what makes no sense is refused")
  func refused() {
    let layer = Layer(patchLength: 10, effects: [[0.5]])
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
      Layer(patchLength: 0, effects: [[1]]), Layer(patchLength: 3, effects: []),
      Layer(patchLength: 3, effects: [[1, 2], [1]]), Layer(patchLength: 3, effects: [[.nan]]),
    ] {
      texts.append(thrown(HashingError.self) { try BitAllocation.codes(for: [layer], budget: 2) })
    }
    let allowed = "is not allowed; expected at least one of each, of equally many filters"
    #expect(
      texts == [
        "layer 0 weights a filter, effects of 1 filters \(allowed)",
        "layer 3 weights a filter, effects of  filters \(allowed)",
        "layer 3 weights a filter, effects of 2, 1 filters \(allowed)",
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

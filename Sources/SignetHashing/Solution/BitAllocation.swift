/// Where a network's bits should go: chooses codes per filter so that the sum of the filters' effects on
/// the output is least under an average of bits per weight.
///
/// Effects are taken to add up, which holds for small ones. A price per bit decides filter by filter,
/// and layer by layer whether it stays float; the least price that keeps to the budget is found by
/// bisection, and what it leaves over goes to the filters that gain most per bit. The sum lies above
/// the least there is by no more than one filter's gain from the bits left over.
public enum BitAllocation {
  /// Bits of a weight that stays float.
  public static let floatBits = 32

  /// One layer that may get codes.
  public struct Layer: Sendable, Equatable {
    /// S, the weights of a filter.
    public var patchLength: Int
    /// The effect on the output of each filter with 1, 2, … codes: K × N. A layer left float has none.
    public var effects: [[Double]]

    /// A layer of filters of so many weights and their effects.
    public init(patchLength: Int, effects: [[Double]]) {
      self.patchLength = patchLength
      self.effects = effects
    }

    var filterCount: Int { effects.first?.count ?? 0 }
    var weights: Int { patchLength * filterCount }
  }

  /// The codes of every filter of every layer, all 0 in one that stays float. Of equally good choices
  /// the one of fewer bits.
  ///
  /// - Parameter budget: bits per weight on average over all layers, at least 1. Scales, constants
  ///   and biases are not counted.
  /// - Throws: ``HashingError`` for a budget below 1, a layer without weights or effects, or an
  ///   effect that is not a number.
  public static func codes(
    for layers: [Layer], budget: Double
  ) throws(HashingError) -> [[Int]] {
    try check(layers, budget)
    let total = Double(layers.reduce(0) { $0 + $1.weights })
    let capacity = Int(min(budget, Double(floatBits)) * total + 1e-9 * total)
    func bits(_ codes: [[Int]]) -> Int {
      zip(layers, codes).reduce(0) { $0 + $1.0.bits($1.1) }
    }
    var least = 0.0
    // No filter gains as much by a bit: all have one code.
    var most = layers.flatMap { layer in layer.effects.flatMap { $0.map(abs) } }.reduce(1, +)
    var codes = layers.map { $0.codes(price: most) }
    let free = layers.map { $0.codes(price: 0) }
    guard bits(free) > capacity else { return free }
    while true {
      let middle = least + (most - least) / 2
      guard middle > least, middle < most else { break }
      let tried = layers.map { $0.codes(price: middle) }
      if bits(tried) > capacity {
        least = middle
      } else {
        most = middle
        codes = tried
      }
    }
    fill(&codes, layers, rest: capacity - bits(codes))
    return codes
  }

  /// Spends what is left on the filters that gain most per bit, as long as one gains.
  private static func fill(_ codes: inout [[Int]], _ layers: [Layer], rest: Int) {
    var rest = rest
    while true {
      var steps: [(gain: Double, bits: Int, layer: Int, filter: Int, codes: Int)] = []
      for (layer, own) in layers.enumerated() {
        for (filter, count) in codes[layer].enumerated() where count > 0 {
          for more in count..<own.effects.count {
            let bits = (more + 1 - count) * own.patchLength
            let gain = own.effects[count - 1][filter] - own.effects[more][filter]
            if gain > 0, bits <= rest { steps.append((gain, bits, layer, filter, more + 1)) }
          }
        }
      }
      guard !steps.isEmpty else { return }
      steps.sort {
        let (left, right) = ($0.gain * Double($1.bits), $1.gain * Double($0.bits))
        return left != right
          ? left > right : ($0.layer, $0.filter, $0.codes) < ($1.layer, $1.filter, $1.codes)
      }
      var taken: Set<[Int]> = []
      for step in steps where step.bits <= rest && taken.insert([step.layer, step.filter]).inserted
      {
        codes[step.layer][step.filter] = step.codes
        rest -= step.bits
      }
    }
  }

  private static func check(_ layers: [Layer], _ budget: Double) throws(HashingError) {
    guard budget.isFinite, budget >= 1 else {
      throw .invalidOption(name: "budget", value: "\(budget)", allowed: "1 or more bits")
    }
    for layer in layers {
      let filters = layer.filterCount
      guard layer.weights > 0, layer.effects.allSatisfy({ $0.count == filters }) else {
        throw .invalidOption(
          name: "layer",
          value: "\(layer.patchLength) weights a filter, effects of "
            + "\(layer.effects.map { "\($0.count)" }.joined(separator: ", ")) filters",
          allowed: "at least one of each, of equally many filters")
      }
      if let effect = layer.effects.joined().first(where: { !$0.isFinite }) {
        throw .invalidOption(name: "effect", value: "\(effect)", allowed: "a finite number")
      }
    }
  }
}

extension BitAllocation.Layer {
  fileprivate func bits(_ codes: [Int]) -> Int {
    codes.reduce(0) { $0 + ($1 == 0 ? BitAllocation.floatBits : $1) * patchLength }
  }

  /// What the layer gets where a bit costs so much of the effect.
  fileprivate func codes(price: Double) -> [Int] {
    var sum = 0.0
    let codes = (0..<filterCount).map { filter in
      var (best, least) = (1, Double.infinity)
      for count in 1...effects.count {
        let value = effects[count - 1][filter] + price * Double(count * patchLength)
        if value < least { (best, least) = (count, value) }
      }
      sum += least
      return best
    }
    let float = price * Double(BitAllocation.floatBits * weights)
    return float < sum ? codes.map { _ in 0 } : codes
  }
}

/// Where a network's bits should go: chooses codes per layer so that the sum of the layers' effects
/// on the output is least under an average of bits per weight.
///
/// Effects are taken to add up over layers, which holds for small ones. This is the multiple-choice
/// knapsack problem; it is solved exactly by dynamic programming over the bits beyond one a weight,
/// counted in the layers' greatest common divisor (rounded up to coarser units only where more than
/// ``resolution`` of them would be needed, so that the budget is never passed).
public enum BitAllocation {
  /// Bits of a weight that stays float.
  public static let floatBits = 32
  /// Most units that the budget is divided into.
  public static let resolution = 1 << 16

  /// One layer that may get codes.
  public struct Layer: Sendable, Equatable {
    /// The layer's weights, N × S.
    public var weights: Int
    /// The effect on the output with 1, 2, … codes per filter. A layer left float has none.
    public var effects: [Double]

    /// A layer of so many weights and its effects.
    public init(weights: Int, effects: [Double]) {
      self.weights = weights
      self.effects = effects
    }
  }

  /// The codes of every layer, 0 for one that stays float. Of equally good choices the one of fewer
  /// bits.
  ///
  /// - Parameter budget: bits per weight on average over all layers, at least 1. Scales and biases
  ///   are not counted.
  /// - Throws: ``HashingError`` for a budget below 1, a layer without weights or effects, or an
  ///   effect that is not a number.
  public static func codes(
    for layers: [Layer], budget: Double
  ) throws(HashingError) -> [Int] {
    try check(layers, budget)
    let total = layers.reduce(0) { $0 + $1.weights }
    let most = Double(total) * Double(floatBits - 1)
    let capacity = Int(min(most, ((budget - 1) * Double(total)).rounded(.down)))
    let divisor = layers.reduce(0) { greatestCommonDivisor($0, $1.weights) }
    let unit = max(divisor, (capacity + resolution - 1) / resolution, 1)
    let columns = capacity / unit + 1
    // best[c]: the least sum of effects within c units, over the layers so far
    var best = [Double](repeating: 0, count: columns)
    var chosen: [[UInt8]] = []  // layers × columns
    for layer in layers {
      let options = layer.options(unit: unit)
      var next = [Double](repeating: .infinity, count: columns)
      var choice = [UInt8](repeating: 1, count: columns)
      for column in 0..<columns {
        for option in options where option.cost <= column {
          let effect = best[column - option.cost] + option.effect
          if effect < next[column] {
            next[column] = effect
            choice[column] = UInt8(option.codes)
          }
        }
      }
      best = next
      chosen.append(choice)
    }
    return walkBack(layers, chosen, unit: unit, from: best)
  }

  /// From the fewest units that reach the least effect, layer by layer to the first.
  private static func walkBack(
    _ layers: [Layer], _ chosen: [[UInt8]], unit: Int, from best: [Double]
  ) -> [Int] {
    var column = best.indices.min { best[$0] < best[$1] } ?? 0
    var codes: [Int] = []
    for (layer, choice) in zip(layers, chosen).reversed() {
      let own = Int(choice[column])
      codes.append(own)
      column -= layer.cost(codes: own, unit: unit)
    }
    return codes.reversed()
  }

  private static func check(_ layers: [Layer], _ budget: Double) throws(HashingError) {
    guard budget.isFinite, budget >= 1 else {
      throw .invalidOption(name: "budget", value: "\(budget)", allowed: "1 or more bits")
    }
    for layer in layers {
      guard layer.weights > 0, (1...Int(UInt8.max)).contains(layer.effects.count) else {
        throw .invalidOption(
          name: "layer", value: "\(layer.weights) weights, \(layer.effects.count) effects",
          allowed: "at least one of each")
      }
      if let effect = layer.effects.first(where: { !$0.isFinite }) {
        throw .invalidOption(name: "effect", value: "\(effect)", allowed: "a finite number")
      }
    }
  }
}

extension BitAllocation.Layer {
  /// What the layer can get, cheapest first.
  fileprivate func options(unit: Int) -> [(codes: Int, cost: Int, effect: Double)] {
    let coded = effects.enumerated().map {
      (codes: $0.offset + 1, cost: cost(codes: $0.offset + 1, unit: unit), effect: $0.element)
    }
    return coded + [(codes: 0, cost: cost(codes: 0, unit: unit), effect: 0)]
  }

  /// Units beyond one bit a weight.
  fileprivate func cost(codes: Int, unit: Int) -> Int {
    let bits = codes == 0 ? BitAllocation.floatBits : codes
    return ((bits - 1) * weights + unit - 1) / unit
  }
}

private func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
  var (a, b) = (a, b)
  while b != 0 { (a, b) = (b, a % b) }
  return a
}
